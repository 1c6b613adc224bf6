"""Two towers trained with an in-batch contrastive loss in both directions."""

import torch
import torch.nn.functional as F
from torch import nn


class Tower(nn.Module):
    def __init__(self, inputs, width=8):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(inputs, 24), nn.GELU(), nn.Linear(24, width))

    def forward(self, x):
        return F.normalize(self.net(x), dim=-1)


class Pairing(nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right = Tower(10), Tower(6)
        self.scale = nn.Parameter(torch.tensor(2.0))

    def forward(self, a, b):
        return self.scale.exp() * self.left(a) @ self.right(b).T


def symmetric(scores):
    rows = -scores.log_softmax(1).diagonal()
    columns = -scores.log_softmax(0).diagonal()
    return (rows + columns).mean() / 2


torch.manual_seed(80)
hidden = torch.randn(256, 4)
a = hidden @ torch.randn(4, 10) + 0.1 * torch.randn(256, 10)
b = hidden @ torch.randn(4, 6) + 0.1 * torch.randn(256, 6)
model = Pairing()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(5):
    for rows in torch.randperm(256).split(32):
        optimizer.zero_grad()
        loss = symmetric(model(a[rows], b[rows]))
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
