"""A GAN on a ring of points, in plain functions."""

import math

import torch
from torch import nn

torch.manual_seed(8)
NOISE = 4


def ring(n):
    angle = torch.rand(n) * 2 * math.pi
    return torch.stack([angle.cos(), angle.sin()], 1) + 0.05 * torch.randn(n, 2)


def mlp(i, o):
    return nn.Sequential(nn.Linear(i, 32), nn.LeakyReLU(0.2), nn.Linear(32, o))


generator, critic = mlp(NOISE, 2), mlp(2, 1)
g_opt = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))
d_opt = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.5, 0.999))
bce = nn.BCEWithLogitsLoss()


def train_step(n):
    real, fake = ring(n), generator(torch.randn(n, NOISE))

    g_opt.zero_grad()
    d_opt.zero_grad()
    d_loss = bce(critic(real), torch.ones(n, 1)) + bce(critic(fake), torch.zeros(n, 1))  # expect: discriminator-loss-leaks-into-generator
    d_loss.backward()  # expect: discriminator-loss-leaks-into-generator
    d_opt.step()

    g_loss = bce(critic(generator(torch.randn(n, NOISE))), torch.ones(n, 1))
    g_loss.backward()
    g_opt.step()  # expect: discriminator-loss-leaks-into-generator
    return d_loss.item(), g_loss.item()


for i in range(40):
    d, g = train_step(64)
    if i % 10 == 0:
        print(i, round(d, 4), round(g, 4))
