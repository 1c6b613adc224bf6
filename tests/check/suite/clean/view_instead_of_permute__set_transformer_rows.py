"""Attention among the rows of a batch: the rows are one set of players in a match."""

import torch
from torch import nn


class Match(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.embed = nn.Linear(5, width)
        self.mix = nn.MultiheadAttention(width, 2, batch_first=True)
        self.score = nn.Linear(width, 1)

    def forward(self, players):
        h = self.embed(players).unsqueeze(0)
        h = h + self.mix(h, h, h, need_weights=False)[0]
        return self.score(h).squeeze(0).squeeze(-1)


def matches(n, size):
    for _ in range(n):
        players = torch.randn(size, 5)
        strength = players[:, 0] + 0.5 * players[:, 1]
        yield players, strength - strength.mean()


torch.manual_seed(84)
model = Match()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(4):
    total = 0.0
    for players, target in matches(20, 12):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(players), target)
        loss.backward()
        optimizer.step()
        total += loss.item() / 20
    print(epoch, total)
