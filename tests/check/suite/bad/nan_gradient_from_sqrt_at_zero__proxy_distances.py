"""Deep metric learning: all pairs of an anchor batch, own distance matrix."""
import torch
from torch import nn


def distances(a):
    square = (a * a).sum(1)
    d2 = square[:, None] + square[None, :] - 2.0 * a @ a.t()
    d2 = d2 * (1 - torch.eye(len(a)))
    return d2.clamp_min(0.0).sqrt()  # expect: nan-gradient-from-sqrt-at-zero


def hardest_triplet(emb, y, margin=0.3):
    d = distances(emb)
    same = y[:, None] == y[None, :]
    pos = (d * same).max(1).values
    neg = (d + 1e3 * same).min(1).values
    return (pos - neg + margin).relu().mean()


def main():
    torch.manual_seed(17)
    centre = torch.randn(6, 10)
    net = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 8))
    opt = torch.optim.Adam(net.parameters(), lr=1e-3)
    for it in range(20):
        y = torch.arange(6).repeat_interleave(4)[torch.randperm(24)]
        x = centre[y] + 0.4 * torch.randn(24, 10)
        loss = hardest_triplet(net(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        if it % 5 == 0:
            print(it, loss.item())


main()
