"""Test loss from a stack of batch losses."""
import torch
from torch import nn


@torch.no_grad()
def test(net, x, y):
    net.eval()
    parts = []
    for xb, yb in zip(x.split(64), y.split(64)):
        parts.append(nn.functional.mse_loss(net(xb), yb))  # expect: unweighted-batch-average
    return torch.stack(parts).mean().item()  # expect: unweighted-batch-average


torch.manual_seed(8)
x = torch.randn(580, 6)
y = x[:, :1].sin()
net = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 1))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(4):
    net.train()
    for ix in torch.randperm(384).split(64):
        opt.zero_grad()
        nn.functional.mse_loss(net(x[ix]), y[ix]).backward()
        opt.step()
    print(epoch, test(net, x[384:], y[384:]))
