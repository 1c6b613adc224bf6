import random

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def set_seed(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)  # expect: rng-reseeded-every-epoch


class Engine:
    def __init__(self, model, dataset, seed=1):
        self.model, self.seed = model, seed
        self.loader = DataLoader(dataset, batch_size=20, shuffle=True)
        self.opt = torch.optim.Adam(model.parameters(), lr=1e-2)

    def run_epoch(self):
        set_seed(self.seed)  # expect: rng-reseeded-every-epoch
        self.model.train()
        total = 0.0
        for x, y in self.loader:
            loss = nn.functional.mse_loss(self.model(x), y)
            self.opt.zero_grad()
            loss.backward()
            self.opt.step()
            total += loss.item() * len(x)
        return total / len(self.loader.dataset)


torch.manual_seed(1)
x = torch.randn(240, 8)
engine = Engine(nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 1)), TensorDataset(x, x[:, :1] ** 2))
for epoch in range(5):
    print(epoch, engine.run_epoch())
