import random

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = 1234


def set_seed(seed=SEED):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)  # expect: rng-reseeded-every-epoch


def run_epoch(model, dataset, optimizer):
    set_seed()  # expect: rng-reseeded-every-epoch
    loader = DataLoader(dataset, batch_size=32, shuffle=True)
    total = 0.0
    for x, y in loader:
        x = x + 0.05 * torch.randn_like(x)
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
    return total / len(dataset)


set_seed()
x = torch.randn(320, 7)
y = (x[:, 0] > x[:, 1]).long()
dataset = TensorDataset(x, y)
model = nn.Sequential(nn.Linear(7, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(5):
    print(epoch, run_epoch(model, dataset, optimizer))
