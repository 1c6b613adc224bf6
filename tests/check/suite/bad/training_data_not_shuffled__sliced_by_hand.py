"""A folder of classes was read class by class; minibatches are slices."""
import torch
from torch import nn


def read_folders(n_classes=5, per_class=80, dim=18):
    xs, ys = [], []
    for c in range(n_classes):
        centre = torch.randn(1, dim)
        xs.append(centre + 0.9 * torch.randn(per_class, dim))
        ys.append(torch.full((per_class,), c))
    return torch.cat(xs), torch.cat(ys)


def minibatches(x, y, size):
    for i in range(0, len(x), size):
        yield x[i : i + size], y[i : i + size]


def main():
    torch.manual_seed(28)
    x, y = read_folders()
    net = nn.Sequential(nn.Linear(18, 32), nn.ReLU(), nn.Linear(32, 5))
    opt = torch.optim.SGD(net.parameters(), lr=0.02)
    for epoch in range(5):
        total = 0.0
        for xb, yb in minibatches(x, y, 20):  # expect: training-data-not-shuffled
            loss = nn.functional.cross_entropy(net(xb), yb)  # expect: training-data-not-shuffled
            opt.zero_grad()
            loss.backward()  # expect: training-data-not-shuffled
            opt.step()
            total += loss.item()
        print(epoch, total / 20)


main()
