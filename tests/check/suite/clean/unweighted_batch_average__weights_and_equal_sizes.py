"""Means over batches of one size, and a weighted mean where the sizes differ."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@dataclass
class Mean:
    total: float = 0.0
    weight: int = 0

    def add(self, value, n=1):
        self.total += value * n
        self.weight += n

    @property
    def value(self):
        return self.total / self.weight


torch.manual_seed(97)
x = torch.randn(330, 6)
y = x[:, :3].argmax(1)
train = DataLoader(TensorDataset(x[:250], y[:250]), 32, shuffle=True, drop_last=True)
valid = DataLoader(TensorDataset(x[250:], y[250:]), 32)
model = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(4):
    model.train()
    losses = []
    for a, b in train:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(a), b)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    held, right = Mean(), Mean()
    with torch.no_grad():
        for a, b in valid:
            out = model(a)
            held.add(nn.functional.cross_entropy(out, b).item(), len(a))
            right.add((out.argmax(1) == b).float().mean().item(), len(a))
    print(epoch, sum(losses) / len(losses), held.value, right.value)
