"""Trains for a number of iterations rather than epochs."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def get_batch(loader):
    return next(iter(loader))  # expect: same-batch-every-step


def train(model, loader, optimizer, iterations):
    for it in range(iterations):
        x, y = get_batch(loader)  # expect: same-batch-every-step
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        if it % 10 == 0:
            print(it, loss.item())


torch.manual_seed(53)
x = torch.rand(400, 2) * 4 - 2
y = (x[:, :1].sin() + x[:, 1:].cos())
loader = DataLoader(TensorDataset(x, y), batch_size=40)  # expect: same-batch-every-step
model = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))
train(model, loader, torch.optim.Adam(model.parameters(), lr=1e-2), 40)
