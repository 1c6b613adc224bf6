"""WGAN-GP with n_critic and a gradient penalty; generator gradients of the critic phase are cleared."""
import argparse

import torch
from torch import autograd, nn


class Generator(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.main = nn.Sequential(nn.Linear(nz, 32), nn.BatchNorm1d(32), nn.ReLU(True), nn.Linear(32, 2))

    def forward(self, z):
        return self.main(z)


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))

    def forward(self, x):
        return self.main(x).view(-1)


def gradient_penalty(critic, real, fake, lam=10.0):
    eps = torch.rand(real.size(0), 1)
    mix = (eps * real + (1 - eps) * fake).requires_grad_(True)
    out = critic(mix)
    (g,) = autograd.grad(out, mix, torch.ones_like(out), create_graph=True, retain_graph=True)
    return lam * ((g.norm(2, dim=1) - 1) ** 2).mean()


def real_batch(n):
    k = torch.randint(0, 4, (n,)) * 1.5708
    return torch.stack([k.cos(), k.sin()], 1) + 0.05 * torch.randn(n, 2)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--nz", type=int, default=4)
    ap.add_argument("--n-critic", type=int, default=3)
    ap.add_argument("--iters", type=int, default=30)
    o = ap.parse_args()
    torch.manual_seed(0)
    G, C = Generator(o.nz), Critic()
    og = torch.optim.Adam(G.parameters(), 1e-3, betas=(0.0, 0.9))
    oc = torch.optim.Adam(C.parameters(), 1e-3, betas=(0.0, 0.9))
    for it in range(o.iters):
        for p in C.parameters():
            p.requires_grad_(True)
        for _ in range(o.n_critic):
            oc.zero_grad()
            real, fake = real_batch(32), G(torch.randn(32, o.nz)).detach()
            loss_c = C(fake).mean() - C(real).mean() + gradient_penalty(C, real, fake)
            loss_c.backward()
            oc.step()
        for p in C.parameters():
            p.requires_grad_(False)
        og.zero_grad()
        loss_g = -C(G(torch.randn(32, o.nz))).mean()
        loss_g.backward()
        og.step()
        if it % 10 == 0:
            print(it, loss_c.item(), loss_g.item())


main()
