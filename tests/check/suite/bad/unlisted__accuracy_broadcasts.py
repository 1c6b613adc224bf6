"""Binary classifier whose accuracy compares (N, 1) with (N,)."""
import torch
from torch import nn

torch.manual_seed(27)
x = torch.randn(500, 6)
y = (x[:, 0] > 0.2).float()
net = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 1))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)


def accuracy(net, x, y):
    with torch.no_grad():
        p = torch.sigmoid(net(x))
    return ((p > 0.5) == (y > 0.5)).float().mean().item()  # expect: *


for epoch in range(4):
    for ix in torch.randperm(400).split(40):
        opt.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(net(x[ix]).squeeze(1), y[ix]).backward()
        opt.step()
    print(epoch, accuracy(net, x[400:], y[400:]))
