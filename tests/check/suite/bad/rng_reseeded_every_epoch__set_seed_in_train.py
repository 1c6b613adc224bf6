"""train() makes itself reproducible each time it is called."""
import random

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def set_seed(seed=1234):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)  # expect: rng-reseeded-every-epoch


def train(model, dataset, opt):
    set_seed()  # expect: rng-reseeded-every-epoch
    model.train()
    total = 0.0
    for x, y in DataLoader(dataset, batch_size=32, shuffle=True):
        x = x + 0.1 * torch.randn_like(x)
        loss = nn.functional.mse_loss(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(x)
    return total / len(dataset)


def main():
    set_seed(1)
    x = torch.randn(320, 7)
    y = (x[:, :2] ** 2).sum(1, keepdim=True) - 2
    model = nn.Sequential(nn.Linear(7, 32), nn.ELU(), nn.Dropout(0.1), nn.Linear(32, 1))
    opt = torch.optim.Adam(model.parameters(), lr=2e-3)
    for epoch in range(1, 6):
        print(epoch, train(model, TensorDataset(x, y), opt))


main()
