"""SimCLR-like views from an augmenter that owns its generator."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(68)


class Augment:
    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)  # expect: augmentation-rng-duplicated-in-workers

    def __call__(self, a):
        return a * self.rng.uniform(0.8, 1.2) + self.rng.normal(scale=0.1, size=a.shape)  # expect: augmentation-rng-duplicated-in-workers


class Views(Dataset):
    def __init__(self, n=64):
        self.a = np.random.RandomState(0).randn(n, 8)
        self.augment = Augment(3)

    def __len__(self):
        return len(self.a)

    def __getitem__(self, i):
        return self.augment(self.a[i]).astype("f4"), self.augment(self.a[i]).astype("f4")  # expect: augmentation-rng-duplicated-in-workers


loader = DataLoader(Views(), batch_size=16, shuffle=True, num_workers=2)  # expect: augmentation-rng-duplicated-in-workers
net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 8))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(2):
    for u, v in loader:  # expect: augmentation-rng-duplicated-in-workers
        p, q = (nn.functional.normalize(net(t), dim=1) for t in (u, v))
        loss = nn.functional.cross_entropy(p @ q.T / 0.2, torch.arange(len(p)))
        opt.zero_grad()
        loss.backward()
        opt.step()
print(loss.item())
