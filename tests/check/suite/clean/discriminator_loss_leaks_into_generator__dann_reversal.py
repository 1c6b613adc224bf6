"""Domain adaptation with a reversal layer: one loss, three optimizers, gradients are meant to mix."""
import math

import torch
from torch import nn


class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, lam):
        ctx.lam = lam
        return x.view_as(x)

    @staticmethod
    def backward(ctx, g):
        return -ctx.lam * g, None


def main():
    torch.manual_seed(12)
    f = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU())
    c, d = nn.Linear(16, 2), nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1))
    opts = [torch.optim.Adam(m.parameters(), lr=1e-3) for m in (f, c, d)]
    xs = torch.randn(400, 8)
    ys = (xs[:, 0] + xs[:, 1] > 0).long()
    xt = torch.randn(400, 8) + torch.tensor([0.0] * 6 + [2.0, 2.0])
    yt = (xt[:, 0] + xt[:, 1] > 0).long()
    total, k = 6 * 10, 0
    for epoch in range(6):
        for a, b in zip(torch.randperm(400).split(40), torch.randperm(400).split(40)):
            lam = 2 / (1 + math.exp(-5 * k / total)) - 1
            hs, ht = f(xs[a]), f(xt[b])
            label = nn.functional.cross_entropy(c(hs), ys[a])
            dom = d(Reverse.apply(torch.cat([hs, ht]), lam)).squeeze(1)
            truth = torch.cat([torch.zeros(len(hs)), torch.ones(len(ht))])
            domain = nn.functional.binary_cross_entropy_with_logits(dom, truth)
            for o in opts:
                o.zero_grad()
            (label + domain).backward()
            for o in opts:
                o.step()
            k += 1
        with torch.no_grad():
            acc = (c(f(xt)).argmax(1) == yt).float().mean().item()
        print(epoch, label.item(), domain.item(), acc)


main()
