"""Hinge GAN with a gradient penalty and an EMA of the generator."""

import copy

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(121)


def init(m):
    if isinstance(m, nn.Linear):
        nn.init.normal_(m.weight, 0, 0.1)
        nn.init.zeros_(m.bias)


def real(n):
    c = torch.tensor([[1.0, 1.0], [-1.0, 1.0], [0.0, -1.0]])
    return c[torch.randint(0, 3, (n,))] + 0.1 * torch.randn(n, 2)


def penalty(critic, a, b):
    t = torch.rand(len(a), 1)
    x = (t * a + (1 - t) * b).requires_grad_()
    (g,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return ((g.norm(dim=1) - 1) ** 2).mean()


G = nn.Sequential(nn.Linear(4, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 2)).apply(init)
D = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1)).apply(init)
E = copy.deepcopy(G).requires_grad_(False)
optG = torch.optim.Adam(G.parameters(), lr=2e-3, betas=(0.5, 0.99))
optD = torch.optim.Adam(D.parameters(), lr=2e-3, betas=(0.5, 0.99))

for i in range(30):
    for _ in range(2):
        x, fake = real(32), G(torch.randn(32, 4)).detach()
        lossD = F.relu(1 - D(x)).mean() + F.relu(1 + D(fake)).mean() + penalty(D, x, fake)
        optD.zero_grad()
        lossD.backward()
        optD.step()
    lossG = -D(G(torch.randn(32, 4))).mean()
    optG.zero_grad()
    lossG.backward()
    optG.step()
    with torch.no_grad():
        for p, q in zip(G.parameters(), E.parameters()):
            q.mul_(0.95).add_(p, alpha=0.05)
        for p, q in zip(G.buffers(), E.buffers()):
            q.copy_(p)
    if i % 10 == 0:
        E.eval()
        with torch.no_grad():
            print(i, lossD.item(), lossG.item(), E(torch.randn(64, 4)).mean(0).tolist())
