import torch
from torch import nn
from torch.distributions import Categorical

torch.manual_seed(30)
x = torch.randn(256, 6)
action = (x[:, 0] > 0).long() + (x[:, 1] > 0).long()
policy = nn.Sequential(nn.Linear(6, 24), nn.Tanh(), nn.Linear(24, 3))
opt = torch.optim.Adam(policy.parameters(), lr=1e-2)
for epoch in range(4):
    for b in torch.randperm(256).split(32):
        dist = Categorical(logits=policy(x[b]))
        loss = -dist.log_prob(action[b]).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(f"behaviour cloning {epoch}: nll {loss.item():.4f} entropy {dist.entropy().mean().item():.3f}")
