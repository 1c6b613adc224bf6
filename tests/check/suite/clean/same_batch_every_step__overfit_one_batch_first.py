"""Overfits one batch as a sanity test, then trains by an iterator that is renewed."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def forever(loader):
    while True:
        yield from loader


def step(model, optimizer, x, y):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


def build():
    model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 3))
    return model, torch.optim.Adam(model.parameters(), lr=1e-2)


torch.manual_seed(105)
x = torch.randn(200, 6)
loader = DataLoader(TensorDataset(x, x[:, :3].argmax(1)), 25, shuffle=True)

model, optimizer = build()
one = next(iter(loader))
for _ in range(30):
    last = step(model, optimizer, *one)
print("one batch", last)

model, optimizer = build()
source = forever(loader)
for i in range(40):
    last = step(model, optimizer, *next(source))
print("all", last)
