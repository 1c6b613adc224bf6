"""The dataset's generator is renewed for each worker by worker_init_fn."""

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, get_worker_info


class Noisy(Dataset):
    def __init__(self, n):
        self.x = np.random.default_rng(0).normal(size=(n, 6)).astype("float32")
        self.rng = np.random.default_rng(1)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        noise = self.rng.normal(0, 0.1, 6).astype("float32")
        return self.x[i] + noise, int(self.x[i, 0] > 0)


def renew(worker):
    info = get_worker_info()
    info.dataset.rng = np.random.default_rng(info.seed)


def main():
    torch.manual_seed(108)
    loader = DataLoader(Noisy(120), 20, shuffle=True, num_workers=2, worker_init_fn=renew)
    model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(2):
        for x, y in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    main()
