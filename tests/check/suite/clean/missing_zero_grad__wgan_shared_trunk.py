"""Discriminator and classifier share a trunk, each with its optimizer."""
import torch
from torch import nn

torch.manual_seed(3)
trunk = nn.Sequential(nn.Linear(6, 24), nn.LeakyReLU(0.1))
critic, classifier = nn.Linear(24, 1), nn.Linear(24, 3)
generator = nn.Sequential(nn.Linear(4, 24), nn.ReLU(), nn.Linear(24, 6))
opt_d = torch.optim.Adam([*trunk.parameters(), *critic.parameters()], lr=1e-3, betas=(0.5, 0.9))
opt_c = torch.optim.Adam([*trunk.parameters(), *classifier.parameters()], lr=1e-3)
opt_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.9))
means = torch.randn(3, 6) * 2


def real(n):
    y = torch.randint(0, 3, (n,))
    return means[y] + 0.3 * torch.randn(n, 6), y


for it in range(40):
    for _ in range(2):
        x, y = real(32)
        fake = generator(torch.randn(32, 4)).detach()
        opt_d.zero_grad()
        (critic(trunk(fake)).mean() - critic(trunk(x)).mean()).backward()
        opt_d.step()
        for p in critic.parameters():
            p.data.clamp_(-0.1, 0.1)
    opt_c.zero_grad()
    nn.functional.cross_entropy(classifier(trunk(x)), y).backward()
    opt_c.step()
    opt_g.zero_grad()
    g = -critic(trunk(generator(torch.randn(32, 4)))).mean()
    g.backward()
    opt_g.step()
print(g.item())
