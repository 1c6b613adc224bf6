"""Predictive uncertainty by Monte Carlo dropout, besides the usual validation."""
import contextlib

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@contextlib.contextmanager
def mode(net, training):
    before = {m: m.training for m in net.modules()}
    net.train(training)
    try:
        yield net
    finally:
        for m, was in before.items():
            m.training = was


@torch.no_grad()
def rmse(net, loader):
    se = n = 0
    with mode(net, False):
        for x, y in loader:
            se += (net(x) - y).pow(2).sum().item()
            n += y.numel()
    return (se / n) ** 0.5


@torch.no_grad()
def mc_dropout(net, x, samples=20):
    with mode(net, True):
        draws = torch.stack([net(x) for _ in range(samples)])
    return draws.mean(0), draws.std(0)


torch.manual_seed(89)
x = torch.rand(300, 1) * 6 - 3
y = torch.sin(x) + 0.1 * torch.randn_like(x)
train = DataLoader(TensorDataset(x[:240], y[:240]), 24, shuffle=True)
val = DataLoader(TensorDataset(x[240:], y[240:]), 24)
net = nn.Sequential(nn.Linear(1, 40), nn.ReLU(), nn.Dropout(0.1), nn.Linear(40, 40), nn.ReLU(), nn.Dropout(0.1), nn.Linear(40, 1))
opt = torch.optim.NAdam(net.parameters(), lr=5e-3)
for epoch in range(5):
    for a, b in train:
        opt.zero_grad()
        nn.functional.mse_loss(net(a), b).backward()
        opt.step()
    print(epoch, round(rmse(net, val), 4))
mean, std = mc_dropout(net, torch.linspace(-5, 5, 11)[:, None])
print(std.flatten().tolist()[:3])
