"""A stream cut among workers, with a seeded worker generator for its noise."""
import itertools

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info


class Stream(IterableDataset):
    def __init__(self, n):
        self.n = n
        self.rng = np.random.default_rng(0)

    def __iter__(self):
        info = get_worker_info()
        first, step = (info.id, info.num_workers) if info else (0, 1)
        rng = self.rng if info is None else np.random.default_rng(info.seed)
        for i in itertools.islice(range(self.n), first, None, step):
            x = np.random.default_rng(i).normal(size=6).astype(np.float32)
            yield x + 0.05 * rng.normal(size=6).astype(np.float32), np.float32(x[:2].sum())


def collate(rows):
    x, y = zip(*rows)
    return torch.from_numpy(np.stack(x)), torch.tensor(np.stack(y))[:, None]


if __name__ == "__main__":
    torch.manual_seed(97)
    loader = DataLoader(Stream(192), batch_size=24, num_workers=2, collate_fn=collate)
    net = nn.Sequential(nn.Linear(6, 16), nn.Mish(), nn.Linear(16, 1))
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for epoch in range(2):
        total = n = 0
        for x, y in loader:
            loss = nn.functional.mse_loss(net(x), y)
            opt.zero_grad()
            loss.backward()
            opt.step()
            total, n = total + loss.item() * len(x), n + len(x)
        print(epoch, total / n)
