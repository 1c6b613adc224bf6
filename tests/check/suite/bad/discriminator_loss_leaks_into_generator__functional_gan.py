"""1-d GAN in functional style; one closure a player."""
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(4)


def mlp(*sizes):
    layers = []
    for a, b in zip(sizes[:-1], sizes[1:]):
        layers += [nn.Linear(a, b), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers[:-1])


def d_loss(G, D, real, z):
    fake = G(z)
    lr, lf = D(real), D(fake)  # expect: discriminator-loss-leaks-into-generator
    return F.binary_cross_entropy_with_logits(lr, torch.ones_like(lr)) + F.binary_cross_entropy_with_logits(
        lf, torch.zeros_like(lf)
    )


def g_loss(G, D, z):
    l = D(G(z))
    return F.binary_cross_entropy_with_logits(l, torch.ones_like(l))


def play(loss_fn, opt, *args):
    loss = loss_fn(*args)
    loss.backward()  # expect: discriminator-loss-leaks-into-generator
    opt.step()  # expect: discriminator-loss-leaks-into-generator
    return loss.item()


G, D = mlp(4, 32, 32, 2), mlp(2, 32, 32, 1)
og = torch.optim.Adam(G.parameters(), lr=5e-4, betas=(0.5, 0.9))
od = torch.optim.Adam(D.parameters(), lr=5e-4, betas=(0.5, 0.9))
step_d, step_g = partial(play, d_loss, od), partial(play, g_loss, og)
for it in range(60):
    og.zero_grad()
    od.zero_grad()
    real = torch.randn(64, 2) * 0.3 + torch.tensor([1.0, -1.0])
    a = step_d(G, D, real, torch.randn(64, 4))  # expect: discriminator-loss-leaks-into-generator
    b = step_g(G, D, torch.randn(64, 4))  # expect: discriminator-loss-leaks-into-generator
    if it % 20 == 0:
        print(it, a, b)
