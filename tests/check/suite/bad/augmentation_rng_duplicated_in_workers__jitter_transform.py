"""Signals with a jitter transform that owns its NumPy generator."""

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Jitter:
    def __init__(self, scale, seed):
        self.scale = scale
        self.rng = np.random.default_rng(seed)  # expect: augmentation-rng-duplicated-in-workers

    def __call__(self, signal):
        return signal + self.scale * self.rng.standard_normal(signal.shape).astype("float32")  # expect: augmentation-rng-duplicated-in-workers


class Signals(Dataset):
    def __init__(self, n, transform):
        rng = np.random.default_rng(0)
        self.kind = rng.integers(0, 2, n)
        t = np.linspace(0, 6, 24, dtype="float32")
        self.signal = np.sin((1 + self.kind[:, None]) * t).astype("float32")
        self.signal += rng.normal(0, 0.5, (n, 1)).astype("float32")
        self.transform = transform

    def __len__(self):
        return len(self.kind)

    def __getitem__(self, i):
        return self.transform(self.signal[i]), int(self.kind[i])  # expect: augmentation-rng-duplicated-in-workers


def main():
    torch.manual_seed(57)
    data = Signals(160, Jitter(0.3, seed=9))
    loader = DataLoader(data, batch_size=20, shuffle=True, num_workers=2)  # expect: augmentation-rng-duplicated-in-workers
    model = nn.Sequential(nn.Linear(24, 16), nn.ReLU(), nn.Linear(16, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(3):
        for x, y in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    main()
