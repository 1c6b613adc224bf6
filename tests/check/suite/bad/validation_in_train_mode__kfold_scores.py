"""K-fold cross validation of a small net."""

import numpy as np
import torch
from sklearn.model_selection import KFold
from torch import nn

torch.manual_seed(30)
np.random.seed(30)


def build():
    return nn.Sequential(nn.Linear(8, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 2))


def train_one(model, optimizer, x, y):
    model.train()
    for rows in torch.randperm(len(x)).split(30):
        if len(rows) < 2:
            continue
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
        loss.backward()
        optimizer.step()


@torch.no_grad()
def score(model, x, y):
    predicted = model(x).argmax(1)  # expect: validation-in-train-mode
    return (predicted == y).float().mean().item()


x = torch.randn(240, 8)
y = (x[:, 0] + x[:, 1] > 0).long()
results = []
for fold, (fit_rows, held_rows) in enumerate(KFold(3, shuffle=True, random_state=0).split(x.numpy())):
    model = build()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(4):
        train_one(model, optimizer, x[fit_rows], y[fit_rows])
        accuracy = score(model, x[held_rows], y[held_rows])
    results.append(accuracy)
    print(fold, round(accuracy, 3))
print("mean", np.mean(results))
