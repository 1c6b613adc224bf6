import math
import torch
from torch import nn


class Coupling(nn.Module):
    def __init__(self, d, hidden, flip):
        super().__init__()
        self.flip, self.half = flip, d // 2
        self.net = nn.Sequential(nn.Linear(self.half, hidden), nn.ReLU(), nn.Linear(hidden, 2 * (d - self.half)))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, x):
        a, b = x.chunk(2, dim=1)
        if self.flip:
            a, b = b, a
        s, t = self.net(a).chunk(2, dim=1)
        s = torch.tanh(s)
        b = b * s.exp() + t
        z = torch.cat([b, a] if self.flip else [a, b], dim=1)
        return z, s.sum(1)


class RealNVP(nn.Module):
    def __init__(self, d=2, layers=4, hidden=24):
        super().__init__()
        self.layers = nn.ModuleList(Coupling(d, hidden, k % 2 == 1) for k in range(layers))

    def log_prob(self, x):
        logdet = 0
        for layer in self.layers:
            x, ld = layer(x)
            logdet = logdet + ld
        return logdet - 0.5 * (x.pow(2) + math.log(2 * math.pi)).sum(1)


def moons(n):
    t = torch.rand(n) * math.pi
    side = torch.randint(0, 2, (n,))
    x = torch.where(side == 0, t.cos(), 1 - t.cos()) - 0.5
    y = torch.where(side == 0, t.sin(), 0.5 - t.sin()) - 0.25
    return torch.stack([x, y], 1) * 1.5 + 0.08 * torch.randn(n, 2)


torch.manual_seed(10)
flow, held = RealNVP(), moons(200)
opt = torch.optim.Adam(flow.parameters(), lr=5e-3)
for step in range(45):
    loss = -flow.log_prob(moons(64)).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 15 == 14:
        with torch.no_grad():
            print(step + 1, 'held-out log likelihood', flow.log_prob(held).mean().item())
