"""Batches with a huge loss are skipped after their backward; the gradients are thrown away."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def finite_gradients(parameters):
    return all(torch.isfinite(p.grad).all() for p in parameters if p.grad is not None)


def main():
    torch.manual_seed(71)
    x = torch.randn(320, 6)
    y = x @ torch.randn(6, 1)
    y[::97] = 1e25
    model = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(3):
        skipped = 0
        for a, b in DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(a), b)
            if not torch.isfinite(loss):
                skipped += 1
                continue
            loss.backward()
            if not finite_gradients(model.parameters()):
                skipped += 1
                continue
            optimizer.step()
        print(epoch, loss.item(), "skipped", skipped)


main()
