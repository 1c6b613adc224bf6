"""Learned prototypes: every row against every centre on purpose, (N,1) against (1,K)."""

import torch
from torch import nn

torch.manual_seed(81)
x = torch.cat([torch.randn(80) * 0.3 + m for m in (-3.0, 0.0, 2.5)])
centres = nn.Parameter(torch.tensor([-1.0, 0.2, 1.0]))
optimizer = torch.optim.Adam([centres], lr=0.1)


def soft_minimum(values, temperature=0.3):
    return -temperature * torch.logsumexp(-values / temperature, dim=1)


for epoch in range(8):
    for rows in torch.randperm(240).split(40):
        optimizer.zero_grad()
        square = (x[rows, None] - centres[None, :]) ** 2
        loss = soft_minimum(square).mean()
        ranking = torch.relu(0.1 - (x[rows, None] - x[rows][None, :]).abs()).mean()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item(), ranking.item(), centres.tolist())
