import random

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def set_seed(seed):
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def seed_worker(worker_id):
    worker_seed = torch.initial_seed() % 2**32
    np.random.seed(worker_seed)
    random.seed(worker_seed)


def run_trial(config):
    set_seed(config["seed"])
    x = torch.randn(200, 5)
    y = (x[:, 0] > x[:, 1]).long()
    g = torch.Generator()
    g.manual_seed(0)
    train = DataLoader(TensorDataset(x[:160], y[:160]), 20, shuffle=True, worker_init_fn=seed_worker, generator=g)
    model = nn.Sequential(nn.Linear(5, 24), nn.ReLU(), nn.Dropout(config["p"]), nn.Linear(24, 2))
    opt = torch.optim.Adam(model.parameters(), lr=config["lr"])
    for epoch in range(3):
        model.train()
        for xb, yb in train:
            opt.zero_grad()
            nn.functional.cross_entropy(model(xb + 0.1 * torch.randn_like(xb)), yb).backward()
            opt.step()
        model.eval()
        # the same disturbed copies each time, from a generator of their own
        noise = torch.randn(40, 5, generator=torch.Generator().manual_seed(99))
        with torch.no_grad():
            score = (model(x[160:] + 0.1 * noise).argmax(1) == y[160:]).float().mean().item()
    return score


grid = [{"lr": lr, "p": p, "seed": 7} for lr in (3e-3, 1e-2) for p in (0.0, 0.2)]
scores = [run_trial(config) for config in grid]
print(max(zip(scores, range(len(grid)))))
