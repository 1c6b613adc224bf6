"""Batches come from a generator of chunks; it is built before the epochs."""
import torch
from torch import nn


def chunks(x, y, size):
    for ix in torch.randperm(len(x)).split(size):
        yield x[ix], y[ix]


def fit(net, feed, opt, epochs):
    for epoch in range(epochs):
        n, total = 0, 0.0
        for xb, yb in feed:  # expect: exhausted-training-iterator
            loss = nn.functional.mse_loss(net(xb), yb)
            opt.zero_grad()
            loss.backward()
            opt.step()
            n += 1
            total += loss.item()
        print(epoch, total / max(n, 1))


torch.manual_seed(40)
x = torch.randn(640, 5)
y = x[:, :1] - 2 * x[:, 1:2]
net = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 1))
feed = chunks(x, y, 32)  # expect: exhausted-training-iterator
fit(net, feed, torch.optim.Adam(net.parameters(), lr=2e-3), 6)
