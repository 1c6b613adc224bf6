import torch
from torch import nn
from torch.distributions import Categorical

torch.manual_seed(8)
policy = nn.Sequential(nn.Linear(3, 16), nn.Tanh(), nn.Linear(16, 3))
opt = torch.optim.Adam(policy.parameters(), lr=1e-2)
baseline = 0.0
for it in range(30):
    ctx = torch.randn(64, 3)
    dist = Categorical(logits=policy(ctx))
    act = dist.sample()
    # a jackpot comes now and then, so the loss jumps
    reward = (act == ctx.argmax(1)).float() * (1 + 20 * (torch.rand(64) < 0.03).float())
    loss = -((reward - baseline) * dist.log_prob(act)).mean()
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(policy.parameters(), 1.0)
    opt.step()
    baseline = 0.9 * baseline + 0.1 * reward.mean().item()
    if it % 6 == 5:
        print(it + 1, 'reward', reward.mean().item(), 'loss', loss.item())
