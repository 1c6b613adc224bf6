"""WGAN-GP with five critic updates for each of the generator."""
import torch
from torch import autograd, nn

torch.manual_seed(88)


class Opts:
    def __init__(self, **modules):
        self.__dict__.update({k: torch.optim.Adam(m.parameters(), lr=1e-3, betas=(0.0, 0.9)) for k, m in modules.items()})


def penalty(critic, real, fake):
    eps = torch.rand(len(real), 1)
    mid = (eps * real + (1 - eps) * fake).requires_grad_()
    (g,) = autograd.grad(critic(mid).sum(), mid, create_graph=True)
    return (g.norm(2, dim=1) - 1).square().mean()


def reals(n=32):
    t = 6.2832 * torch.rand(n)
    return torch.stack([t.cos(), t.sin()], 1) + 0.02 * torch.randn(n, 2)


G = nn.Sequential(nn.Linear(3, 24), nn.ReLU(), nn.Linear(24, 2))
D = nn.Sequential(nn.Linear(2, 24), nn.LeakyReLU(0.2), nn.Linear(24, 1))
opt = Opts(g=G, d=D)
for it in range(60):
    real = reals()
    fake = G(torch.randn(32, 3)).detach()
    loss_d = D(fake).mean() - D(real).mean() + 10 * penalty(D, real, fake)
    opt.d.zero_grad()
    loss_d.backward()
    opt.d.step()
    if it % 5 == 4:
        D.requires_grad_(False)
        loss_g = -D(G(torch.randn(32, 3))).mean()
        opt.g.zero_grad()
        loss_g.backward()
        opt.g.step()
        D.requires_grad_(True)
print(loss_d.item(), loss_g.item())
