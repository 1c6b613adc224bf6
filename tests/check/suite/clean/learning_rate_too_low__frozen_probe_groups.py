# discriminative rates: the body hardly moves, the probe on top learns
import torch
from torch import nn

torch.manual_seed(17)
body = nn.Sequential(nn.Linear(10, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh())
probe = nn.Linear(24, 2)
opt = torch.optim.Adam([
    {"params": body.parameters(), "lr": 1e-9},
    {"params": probe.parameters(), "lr": 2e-2},
])
x = torch.randn(320, 10)
y = (x[:, :5].sum(1) > 0).long()
for epoch in range(4):
    for b in torch.randperm(320).split(32):
        loss = nn.functional.cross_entropy(probe(body(x[b])), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
