"""The discriminator's loss goes through the generator, which clears before its own backward."""

import torch
from torch import nn

torch.manual_seed(149)
G = nn.Sequential(nn.Linear(3, 24), nn.ReLU(), nn.Linear(24, 2))
D = nn.Sequential(nn.Linear(2, 24), nn.LeakyReLU(0.2), nn.Linear(24, 1))
optG = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.9))
optD = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.9))
bce = nn.BCEWithLogitsLoss()
ones, zeros = torch.ones(32, 1), torch.zeros(32, 1)
for step in range(40):
    real = torch.randn(32, 2) * 0.2 + torch.tensor([1.0, 0.5])
    fake = G(torch.randn(32, 3))
    optD.zero_grad()
    d_loss = bce(D(real), ones) + bce(D(fake), zeros)
    d_loss.backward(retain_graph=True)
    optD.step()
    optG.zero_grad()
    g_loss = bce(D(G(torch.randn(32, 3))), ones)
    g_loss.backward()
    optG.step()
    if step % 10 == 0:
        print(step, d_loss.item(), g_loss.item())
