"""Digits-like data; the report averages the batches' losses."""

import statistics

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def evaluate(model, loader):
    model.eval()
    losses, accuracies = [], []
    with torch.no_grad():
        for x, y in loader:
            out = model(x)
            losses.append(nn.functional.cross_entropy(out, y).item())  # expect: unweighted-batch-average
            accuracies.append((out.argmax(1) == y).float().mean().item())  # expect: unweighted-batch-average
    return statistics.fmean(losses), statistics.fmean(accuracies)  # expect: unweighted-batch-average


def main():
    torch.manual_seed(36)
    centers = torch.randn(5, 10) * 1.2
    y = torch.randint(0, 5, (322,))
    x = centers[y] + torch.randn(322, 10)
    x[-2:] += 4
    train = DataLoader(TensorDataset(x[:256], y[:256]), batch_size=32, shuffle=True)
    valid = DataLoader(TensorDataset(x[256:], y[256:]), batch_size=32)
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 5))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(4):
        model.train()
        for a, b in train:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(a), b).backward()
            optimizer.step()
        loss, accuracy = evaluate(model, valid)
        print(f"{epoch} loss {loss:.4f} accuracy {accuracy:.3f}")


main()
