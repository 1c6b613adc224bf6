"""An ensemble as one module that averages its members' logits."""

import torch
from torch import nn


class Member(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(6, width), nn.ReLU(), nn.Linear(width, 3))

    def forward(self, x):
        return self.layers(x)


class Ensemble(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.members = [Member(w) for w in widths]  # expect: submodules-in-plain-list
        self.temperature = nn.Parameter(torch.ones(()))

    def forward(self, x):
        return torch.stack([member(x) for member in self.members]).mean(0) / self.temperature


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


if __name__ == "__main__":
    torch.manual_seed(1)
    x = torch.randn(240, 6)
    y = x[:, 3:].argmax(1)
    model = Ensemble((8, 16, 24))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(4):
        model.train()
        for rows in torch.randperm(200).split(40):
            optimizer.zero_grad()
            nn.CrossEntropyLoss()(model(x[rows]), y[rows]).backward()
            optimizer.step()
        print(epoch, accuracy(model, x[200:], y[200:]))
