"""Rows drawn at random beforehand, and a chronological series; neither loader shuffles."""

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

rng = np.random.default_rng(103)
torch.manual_seed(103)


class Windows(Dataset):
    def __init__(self, series, length):
        self.series, self.length = torch.as_tensor(series, dtype=torch.float32), length

    def __len__(self):
        return len(self.series) - self.length

    def __getitem__(self, i):
        return self.series[i : i + self.length], (self.series[i + self.length] > self.series[i + self.length - 1]).long()


def run(dataset, model, epochs=3):
    loader = DataLoader(dataset, batch_size=32)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


rows = torch.tensor(rng.normal(size=(256, 6)), dtype=torch.float32)
run([(r, int(r[0] > r[1])) for r in rows], nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 2)))
series = np.sin(np.arange(300) * 0.2) + 0.1 * rng.normal(size=300)
run(Windows(series, 10), nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 2)))
