"""Signals with jitter; the generator belongs to the transform."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Jitter:
    def __init__(self, sigma, seed=0):
        self.sigma = sigma
        self.rng = np.random.default_rng(seed)  # expect: augmentation-rng-duplicated-in-workers

    def __call__(self, a):
        return a + self.rng.normal(0, self.sigma, a.shape).astype(np.float32)  # expect: augmentation-rng-duplicated-in-workers


class Signals(Dataset):
    def __init__(self, n, transform):
        rng = np.random.default_rng(5)
        self.y = rng.integers(0, 3, n)
        t = np.linspace(0, 1, 16)
        self.x = np.sin((1 + 2 * self.y[:, None]) * 3 * t + rng.uniform(0, 1, (n, 1))).astype(np.float32)
        self.transform = transform

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return torch.from_numpy(self.transform(self.x[i])), int(self.y[i])


def main():
    torch.manual_seed(5)
    loader = DataLoader(Signals(320, Jitter(0.3)), batch_size=20, shuffle=True, num_workers=2)  # expect: augmentation-rng-duplicated-in-workers
    net = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 3))
    opt = torch.optim.Adam(net.parameters(), lr=2e-3)
    for epoch in range(3):
        for x, y in loader:  # expect: augmentation-rng-duplicated-in-workers
            loss = nn.functional.cross_entropy(net(x), y)
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    main()
