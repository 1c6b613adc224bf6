"""Validation with a dictionary of metrics, a last batch of 4."""
from collections import defaultdict

import torch
from torch import nn


def iterate(*arrays, size, shuffle, gen=None):
    n = len(arrays[0])
    order = torch.randperm(n, generator=gen) if shuffle else torch.arange(n)
    for ix in order.split(size):
        yield tuple(a[ix] for a in arrays)


def validate(net, x, y):
    net.eval()
    metrics, k = defaultdict(float), 0
    with torch.no_grad():
        for xb, yb in iterate(x, y, size=64, shuffle=False):
            out = net(xb)
            metrics["loss"] += nn.functional.cross_entropy(out, yb).item()  # expect: unweighted-batch-average
            metrics["acc"] += (out.argmax(1) == yb).float().mean().item()  # expect: unweighted-batch-average
            k += 1
    return {name: v / k for name, v in metrics.items()}  # expect: unweighted-batch-average


torch.manual_seed(30)
x = torch.randn(900, 6)
y = (x[:, :3].sum(1) > 0).long()
y[-4:] = 1 - y[-4:]
net = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 2))
opt = torch.optim.Adam(net.parameters(), 3e-3)
for epoch in range(4):
    net.train()
    for xb, yb in iterate(x[:640], y[:640], size=64, shuffle=True):
        opt.zero_grad()
        nn.functional.cross_entropy(net(xb), yb).backward()
        opt.step()
    print(epoch, validate(net, x[640:], y[640:]))
