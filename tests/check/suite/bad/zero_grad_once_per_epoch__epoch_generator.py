"""Regression on tabular data; epochs are produced by a generator."""
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn


@dataclass
class Config:
    rows: int = 256
    batch: int = 32
    epochs: int = 5
    lr: float = 1e-2


def epochs(cfg, opt):
    for e in range(cfg.epochs):
        opt.zero_grad()  # expect: zero-grad-once-per-epoch
        yield e


def minibatches(cfg, rng, *arrays):
    order = rng.permutation(cfg.rows)
    for start in range(0, cfg.rows, cfg.batch):
        pick = order[start : start + cfg.batch]
        yield tuple(torch.from_numpy(a[pick]) for a in arrays)


cfg = Config()
rng = np.random.default_rng(0)
torch.manual_seed(0)
X = rng.normal(size=(cfg.rows, 5)).astype("float32")
Y = (np.sin(X[:, :1]) + X[:, 1:2] * 0.5).astype("float32")
model = nn.Sequential(nn.Linear(5, 32), nn.Tanh(), nn.Linear(32, 1))
opt = torch.optim.SGD(model.parameters(), lr=cfg.lr)
for e in epochs(cfg, opt):
    seen = 0.0
    for xb, yb in minibatches(cfg, rng, X, Y):
        loss = ((model(xb) - yb) ** 2).mean()
        loss.backward()
        opt.step()  # expect: zero-grad-once-per-epoch
        seen += loss.item() * len(xb)
    print(e, f"{seen / cfg.rows:.4f}")
