"""A table with gaps (NaN) that goes into the model as it is."""

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def table(n):
    rng = np.random.default_rng(141)
    x = rng.normal(size=(n, 7)).astype("float32")
    y = (x[:, 0] - x[:, 3]).astype("float32")
    x[rng.random((n, 7)) < 0.01] = np.nan
    return torch.from_numpy(x), torch.from_numpy(y)


def main():
    torch.manual_seed(141)
    x, y = table(300)
    loader = DataLoader(TensorDataset(x, y), 30, shuffle=True)
    model = nn.Sequential(nn.Linear(7, 24), nn.ReLU(), nn.Linear(24, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(3):
        for a, b in loader:  # expect: *
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(a).squeeze(1), b)  # expect: *
            loss.backward()  # expect: *
            optimizer.step()
        print(epoch, loss.item())


main()
