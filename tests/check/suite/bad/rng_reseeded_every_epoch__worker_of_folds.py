"""Each epoch is a function call that makes itself reproducible."""

import random

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def seed_everything(seed=1234):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)  # expect: rng-reseeded-every-epoch


def one_epoch(model, optimizer, loader):
    seed_everything()  # expect: rng-reseeded-every-epoch
    model.train()
    total = 0.0
    for x, y in loader:
        x = x + 0.05 * torch.randn_like(x)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


def main():
    seed_everything(5)
    x = torch.randn(240, 9)
    y = (x[:, 0] + x[:, 1] * x[:, 2] > 0).long()
    loader = DataLoader(TensorDataset(x, y), batch_size=30, shuffle=True)
    model = nn.Sequential(nn.Linear(9, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for epoch in range(5):
        print(epoch, one_epoch(model, optimizer, loader))


main()
