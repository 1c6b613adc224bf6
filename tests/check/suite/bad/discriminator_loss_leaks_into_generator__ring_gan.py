import math

import torch
from torch import nn

torch.manual_seed(9)
LATENT = 4


def real(n):
    k = torch.randint(0, 8, (n,)) * (2 * math.pi / 8)
    return torch.stack([k.cos(), k.sin()], 1) + 0.05 * torch.randn(n, 2)


G = nn.Sequential(nn.Linear(LATENT, 32), nn.ReLU(), nn.Linear(32, 2))
D = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
opt_g = torch.optim.Adam(G.parameters(), lr=2e-3, betas=(0.5, 0.999))
opt_d = torch.optim.Adam(D.parameters(), lr=2e-3, betas=(0.5, 0.999))
bce = nn.BCEWithLogitsLoss()
ones, zeros = torch.ones(64, 1), torch.zeros(64, 1)

for it in range(60):
    opt_g.zero_grad()

    fake = G(torch.randn(64, LATENT))
    opt_d.zero_grad()
    d_loss = bce(D(real(64)), ones) + bce(D(fake), zeros)  # expect: discriminator-loss-leaks-into-generator
    d_loss.backward(retain_graph=True)  # expect: discriminator-loss-leaks-into-generator
    opt_d.step()

    fake = G(torch.randn(64, LATENT))
    g_loss = bce(D(fake), ones)
    g_loss.backward()
    opt_g.step()  # expect: discriminator-loss-leaks-into-generator

    if it % 20 == 0:
        print(f"{it} d {d_loss.item():.3f} g {g_loss.item():.3f}")
