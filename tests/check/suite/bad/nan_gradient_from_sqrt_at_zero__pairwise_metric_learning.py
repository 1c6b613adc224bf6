"""Contrastive metric learning with distances written out by hand."""
import torch
from torch import nn

torch.manual_seed(17)
centers = torch.randn(6, 10) * 2


def sample(n):
    cls = torch.randint(0, 6, (n,))
    return centers[cls] + 0.3 * torch.randn(n, 10), cls


def distances(z):
    sq = (z.unsqueeze(0) - z.unsqueeze(1)).pow(2).sum(-1)
    return sq.sqrt()  # expect: nan-gradient-from-sqrt-at-zero


def contrastive(z, cls, margin=1.0):
    d = distances(z)
    same = cls[:, None] == cls[None, :]
    return torch.where(same, d, (margin - d).clamp(min=0)).mean()


embed = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 4))
opt = torch.optim.Adam(embed.parameters(), lr=1e-3)
for i in range(10):
    x, c = sample(24)
    loss = contrastive(embed(x), c)
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
