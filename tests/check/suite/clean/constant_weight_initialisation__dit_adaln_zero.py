import copy

import torch
from torch import nn
from torch.nn import functional as F


class AdaBlock(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.norm = nn.LayerNorm(dim, elementwise_affine=False)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))
        self.ada = nn.Sequential(nn.SiLU(), nn.Linear(dim, 3 * dim))
        nn.init.zeros_(self.ada[1].weight)
        nn.init.zeros_(self.ada[1].bias)

    def forward(self, x, c):
        shift, scale, gate = self.ada(c).chunk(3, -1)
        return x + gate * self.mlp(self.norm(x) * (1 + scale) + shift)


class Denoiser(nn.Module):
    def __init__(self, dim=24):
        super().__init__()
        self.inp = nn.Linear(2, dim)
        self.time = nn.Sequential(nn.Linear(1, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.label = nn.Embedding(3, dim)
        self.blocks = nn.ModuleList(AdaBlock(dim) for _ in range(2))
        self.out = nn.Linear(dim, 2)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x, t, y):
        h, c = self.inp(x), self.time(t) + self.label(y)
        for block in self.blocks:
            h = block(h, c)
        return self.out(h)


@torch.no_grad()
def update_ema(ema, model, decay=0.95):
    for e, m in zip(ema.parameters(), model.parameters()):
        e.mul_(decay).add_(m, alpha=1 - decay)


@torch.no_grad()
def sample(model, n, steps=10):
    model.eval()
    x, y = torch.randn(n, 2), torch.randint(0, 2, (n,))
    for i in range(steps):
        t = torch.full((n, 1), i / steps)
        cond, free = model(x, t, y), model(x, t, torch.full_like(y, 2))
        x = x + (free + 1.5 * (cond - free)) / steps
    return x


torch.manual_seed(38)
model = Denoiser()
ema = copy.deepcopy(model).requires_grad_(False)
opt = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0)
for it in range(80):
    y = torch.randint(0, 2, (64,))
    x1 = torch.randn(64, 2) * 0.3 + torch.where(y == 0, 2.0, -2.0)[:, None]
    y = torch.where(torch.rand(64) < 0.1, 2, y)
    x0, t = torch.randn(64, 2), torch.rand(64, 1)
    loss = F.mse_loss(model((1 - t) * x0 + t * x1, t, y), x1 - x0)
    opt.zero_grad()
    loss.backward()
    opt.step()
    update_ema(ema, model)
    if it % 20 == 0:
        print(it, loss.item())
print(sample(ema, 50).abs().mean().item())
