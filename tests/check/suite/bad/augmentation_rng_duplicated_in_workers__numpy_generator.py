import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset


class NoisySignals(Dataset):
    def __init__(self, signals, labels, sigma=0.3, seed=0):
        self.signals, self.labels, self.sigma = signals, labels, sigma
        self.rng = np.random.default_rng(seed)  # expect: augmentation-rng-duplicated-in-workers

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        x = self.signals[i] + self.rng.normal(0, self.sigma, self.signals[i].shape)  # expect: augmentation-rng-duplicated-in-workers
        return torch.tensor(x, dtype=torch.float32), int(self.labels[i])


if __name__ == "__main__":
    torch.manual_seed(0)
    gen = np.random.default_rng(7)
    labels = gen.integers(0, 2, 200)
    signals = np.sin(np.linspace(0, 6, 16)[None] * (1 + labels[:, None])) + 0.1 * gen.normal(size=(200, 16))
    loader = DataLoader(NoisySignals(signals, labels), batch_size=20, shuffle=True, num_workers=2)
    net = nn.Sequential(nn.Linear(16, 24), nn.ReLU(), nn.Linear(24, 2))
    opt = torch.optim.Adam(net.parameters(), lr=5e-3)
    for epoch in range(3):
        for x, y in loader:
            loss = nn.functional.cross_entropy(net(x), y)
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(epoch, round(loss.item(), 4))
