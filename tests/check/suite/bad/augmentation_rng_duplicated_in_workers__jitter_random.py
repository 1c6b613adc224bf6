import random

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class JitteredSeries(Dataset):
    def __init__(self, n=96, seed=0):
        g = torch.Generator().manual_seed(seed)
        self.x = torch.randn(n, 16, generator=g)
        self.y = (self.x[:, :8].sum(1) > self.x[:, 8:].sum(1)).long()
        self.rng = random.Random(seed)  # expect: augmentation-rng-duplicated-in-workers

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        noise = torch.tensor([self.rng.gauss(0.0, 0.2) for _ in range(16)])  # expect: augmentation-rng-duplicated-in-workers
        return self.x[i] + noise, self.y[i]


if __name__ == "__main__":
    torch.manual_seed(0)
    loader = DataLoader(JitteredSeries(), batch_size=12, shuffle=True, num_workers=2)  # expect: augmentation-rng-duplicated-in-workers
    net = nn.Sequential(nn.Linear(16, 24), nn.ReLU(), nn.Linear(24, 2))
    opt = torch.optim.Adam(net.parameters(), lr=3e-3)
    for epoch in range(2):
        for x, y in loader:  # expect: augmentation-rng-duplicated-in-workers
            opt.zero_grad()
            loss = nn.functional.cross_entropy(net(x), y)
            loss.backward()
            opt.step()
        print(epoch, loss.item())
