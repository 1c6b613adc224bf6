"""A toy diffusion model, and a coupling flow on the same points; safe square roots."""
import math

import torch
from torch import nn


def moons(n):
    t = torch.rand(n) * math.pi
    k = torch.randint(0, 2, (n,)).float()
    x = torch.stack([t.cos() * (1 - 2 * k) + k, t.sin() * (1 - 2 * k) + 0.5 * k], 1)
    return x + 0.05 * torch.randn(n, 2)


class Denoiser(nn.Module):
    def __init__(self, T):
        super().__init__()
        self.time = nn.Embedding(T, 16)
        self.net = nn.Sequential(nn.Linear(18, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 2))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, x, t):
        return self.net(torch.cat([x, self.time(t)], 1))


class Coupling(nn.Module):
    def __init__(self, flip):
        super().__init__()
        self.flip = flip
        self.st = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 2))

    def forward(self, x):
        a, b = x.chunk(2, 1)
        if self.flip:
            a, b = b, a
        s, t = self.st(a).chunk(2, 1)
        s = s.tanh()
        b = b * s.exp() + t
        return torch.cat([b, a] if self.flip else [a, b], 1), s.sum(1)


torch.manual_seed(25)
T = 30
beta = torch.linspace(1e-4, 0.2, T)
abar = torch.cumprod(1 - beta, 0)
net = Denoiser(T)
opt = torch.optim.Adam(net.parameters(), 3e-3)
data = moons(600)
data = (data - data.mean(0)) / data.std(0)
for epoch in range(4):
    for ix in torch.randperm(600).split(60):
        t = torch.randint(0, T, (len(ix),))
        e = torch.randn(len(ix), 2)
        xt = abar[t, None].sqrt() * data[ix] + (1 - abar[t, None]).sqrt() * e
        loss = nn.functional.mse_loss(net(xt, t), e)
        opt.zero_grad()
        loss.backward()
        opt.step()
print("ddpm", loss.item())
with torch.no_grad():
    x = torch.randn(50, 2)
    for t in reversed(range(T)):
        eps = net(x, torch.full((50,), t))
        x = (x - beta[t] / (1 - abar[t]).sqrt() * eps) / (1 - beta[t]).sqrt()
        if t:
            x += beta[t].sqrt() * torch.randn_like(x)
print(x.std(0).tolist())
flow = nn.ModuleList(Coupling(i % 2 == 1) for i in range(4))
opt = torch.optim.Adam(flow.parameters(), 5e-3)
prior = torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2))
for epoch in range(4):
    for ix in torch.randperm(600).split(60):
        z, logdet = data[ix], 0.0
        for c in flow:
            z, ld = c(z)
            logdet = logdet + ld
        loss = -(prior.log_prob(z) + logdet).mean() + 1e-3 * (z.pow(2).sum(1) + 1e-8).sqrt().mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
print("flow", loss.item())
