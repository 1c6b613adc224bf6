"""Early stopping with the best weights put back at the end."""

import math

import torch
from torch import nn


class EarlyStopping:
    def __init__(self, patience):
        self.patience = patience
        self.best = math.inf
        self.weights = None
        self.waited = 0

    def __call__(self, value, model):
        if value < self.best:
            self.best, self.waited = value, 0
            self.weights = model.state_dict()  # expect: best-state-not-copied
        else:
            self.waited += 1
        return self.waited >= self.patience

    def restore(self, model):
        model.load_state_dict(self.weights)  # expect: best-state-not-copied


def main():
    torch.manual_seed(37)
    x = torch.randn(160, 12)
    y = x[:, 0] + 0.8 * torch.randn(160)
    model = nn.Sequential(nn.Linear(12, 64), nn.ReLU(), nn.Linear(64, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    stopper = EarlyStopping(patience=5)
    for epoch in range(25):
        model.train()
        for rows in torch.randperm(100).split(20):
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x[rows]).squeeze(1), y[rows]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            value = nn.functional.mse_loss(model(x[100:]).squeeze(1), y[100:]).item()
        if stopper(value, model):
            break
    stopper.restore(model)
    print("best", stopper.best, "after", epoch + 1)


main()
