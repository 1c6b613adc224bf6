"""Fine-tunes on a small set after pretraining."""

import torch
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset

BATCH = 64


def fit(model, loader, lr, epochs, name):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(epochs):
        total = 0.0
        for x, y in loader:  # expect: training-loader-yields-nothing
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(name, epoch, total)


def main():
    torch.manual_seed(55)
    x = torch.randn(420, 8)
    y = x[:, :3].argmax(1)
    data = TensorDataset(x, y)
    general = DataLoader(Subset(data, range(384)), BATCH, shuffle=True, drop_last=True)
    special = DataLoader(Subset(data, range(384, 420)), BATCH, shuffle=True, drop_last=True)  # expect: training-loader-yields-nothing
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 3))
    fit(model, general, 1e-2, 3, "general")
    fit(model, special, 1e-3, 3, "special")  # expect: training-loader-yields-nothing


main()
