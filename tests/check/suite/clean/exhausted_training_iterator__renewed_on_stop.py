"""A fixed number of steps an epoch from an iterator that is renewed when it ends."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(148)
x = torch.randn(210, 6)
loader = DataLoader(TensorDataset(x, (x[:, 0] > x[:, 1]).long()), batch_size=30, shuffle=True)
model = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
batches = iter(loader)
for epoch in range(6):
    total = 0.0
    for _ in range(5):
        try:
            a, b = next(batches)
        except StopIteration:
            batches = iter(loader)
            a, b = next(batches)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(a), b)
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(epoch, total / 5)
