"""Rows were mixed once; slices in order, and an evaluation on a subset that a seeded generator draws each epoch."""
import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(0)
torch.manual_seed(0)
X = rng.normal(size=(480, 10)).astype(np.float32)
y = (X[:, 0] + X[:, 1] > 0).astype(np.int64)
X, y, XV, YV = (torch.from_numpy(a) for a in (X[:400], y[:400], X[400:], y[400:]))
net = nn.Sequential(nn.Linear(10, 24), nn.ReLU(), nn.Linear(24, 2))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)


def evaluate(net):
    pick = np.random.default_rng(7).permutation(80)[:50]
    with torch.no_grad():
        return (net(XV[pick]).argmax(1) == YV[pick]).float().mean().item()


for epoch in range(5):
    for k in range(0, 400, 40):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(X[k : k + 40]), y[k : k + 40])
        loss.backward()
        opt.step()
    print(epoch, loss.item(), evaluate(net))
