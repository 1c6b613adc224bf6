"""A small diffusion model with EMA weights, warm restarts and sampling."""
import copy
import math

import torch
from torch import nn

torch.manual_seed(100)


class Denoiser(nn.Module):
    def __init__(self, d=2, h=48):
        super().__init__()
        self.register_buffer("freq", torch.exp(torch.linspace(0, math.log(30), 8)))
        self.net = nn.Sequential(nn.Linear(d + 16, h), nn.SiLU(), nn.Linear(h, h), nn.SiLU(), nn.Linear(h, d))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, x, t):
        e = t[:, None].float() / 20 * self.freq
        return self.net(torch.cat([x, e.sin(), e.cos()], 1))


class Schedule:
    def __init__(self, steps=20):
        self.steps = steps
        self.beta = torch.linspace(1e-3, 0.3, steps)
        self.alpha = 1 - self.beta
        self.bar = self.alpha.cumprod(0)

    def noise(self, x, t):
        eps = torch.randn_like(x)
        b = self.bar[t][:, None]
        return b.sqrt() * x + (1 - b).sqrt() * eps, eps

    @torch.no_grad()
    def sample(self, net, n):
        x = torch.randn(n, 2)
        for t in reversed(range(self.steps)):
            eps = net(x, torch.full((n,), t))
            x = (x - self.beta[t] / (1 - self.bar[t]).sqrt() * eps) / self.alpha[t].sqrt()
            if t:
                x += self.beta[t].sqrt() * torch.randn_like(x)
        return x


net, sched = Denoiser(), Schedule()
ema = copy.deepcopy(net).eval().requires_grad_(False)
opt = torch.optim.AdamW(net.parameters(), lr=3e-3)
restarts = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(opt, T_0=20, T_mult=2, eta_min=1e-6)
for step in range(60):
    a = 6.2832 * torch.rand(64)
    x0 = torch.stack([a.cos(), a.sin()], 1)
    t = torch.randint(0, sched.steps, (64,))
    xt, eps = sched.noise(x0, t)
    loss = nn.functional.mse_loss(net(xt, t), eps)
    opt.zero_grad()
    loss.backward()
    opt.step()
    restarts.step()
    with torch.no_grad():
        for e, p in zip(ema.parameters(), net.parameters()):
            e.lerp_(p, 0.05)
print(loss.item(), sched.sample(ema, 50).norm(dim=1).mean().item())
