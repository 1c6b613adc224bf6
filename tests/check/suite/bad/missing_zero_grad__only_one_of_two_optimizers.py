import torch
from torch import nn

torch.manual_seed(11)
actor = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 2))
critic = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 1))
opt_a = torch.optim.Adam(actor.parameters(), lr=1e-3)
opt_c = torch.optim.Adam(critic.parameters(), lr=1e-3)


def rollout(n=64):
    s = torch.randn(n, 4)
    d = torch.distributions.Categorical(logits=actor(s))
    a = d.sample()
    r = (a == (s[:, 0] > 0).long()).float()
    return s, d.log_prob(a), r


for it in range(60):
    s, logp, r = rollout()
    v = critic(s).squeeze(1)
    policy_loss = -(logp * (r - v.detach())).mean()
    value_loss = (v - r).pow(2).mean()
    opt_a.zero_grad()
    policy_loss.backward()
    opt_a.step()
    value_loss.backward()  # expect: missing-zero-grad
    opt_c.step()  # expect: missing-zero-grad
print(r.mean().item(), value_loss.item())
