"""Ranking by a hinge, computed in NumPy because it was there already."""
import numpy as np
import torch
from torch import nn


def hinge_np(pos, neg, margin=1.0):
    return np.maximum(0.0, margin - pos + neg).mean()


class Scorer(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(14, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, x):
        return self.net(x).squeeze(-1)


torch.manual_seed(0)
np.random.seed(0)
w = np.random.randn(14)
X = np.random.randn(500, 14).astype(np.float32)
rel = X @ w
scorer = Scorer()
opt = torch.optim.Adam(scorer.parameters(), lr=1e-3)
for epoch in range(3):
    losses = []
    for _ in range(12):
        i, j = np.random.randint(0, 500, (2, 32))
        better = np.where(rel[i] > rel[j], i, j)
        worse = np.where(rel[i] > rel[j], j, i)
        pos = scorer(torch.from_numpy(X[better]))
        neg = scorer(torch.from_numpy(X[worse]))
        value = hinge_np(pos.detach().numpy(), neg.detach().numpy())
        loss = torch.tensor(value, requires_grad=True)  # expect: loss-detached-from-model
        opt.zero_grad()
        loss.backward()  # expect: loss-detached-from-model
        opt.step()  # expect: loss-detached-from-model
        losses.append(value)
    print(epoch, float(np.mean(losses)))
