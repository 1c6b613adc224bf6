"""Transfer learning: pretrain on five classes, then swap the head."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU())
        self.classifier = nn.Linear(16, classes)

    def forward(self, x):
        return self.classifier(self.features(x))


def fit(model, optimizer, x, y, epochs):
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(32):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
        print(f"{loss.item():.4f}")


def main():
    torch.manual_seed(4)
    x = torch.randn(192, 10)
    source = x[:, :5].argmax(1)
    target = (x[:, 5] > 0).long()

    model = Net(5)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)  # expect: optimizer-holds-stale-parameters
    fit(model, optimizer, x, source, epochs=3)

    model.classifier = nn.Linear(16, 2)  # expect: optimizer-holds-stale-parameters
    fit(model, optimizer, x, target, epochs=4)  # also: parameters-missing-from-optimizer


main()
