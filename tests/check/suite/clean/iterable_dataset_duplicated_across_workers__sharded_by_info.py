"""Workers share the stream by get_worker_info."""

from itertools import islice

import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info


class Stream(IterableDataset):
    def __init__(self, n):
        self.n = n

    def rows(self):
        g = torch.Generator().manual_seed(1)
        for _ in range(self.n):
            x = torch.randn(4, generator=g)
            yield x, x[:2].sum()

    def __iter__(self):
        info = get_worker_info()
        first, step = (0, 1) if info is None else (info.id, info.num_workers)
        return islice(self.rows(), first, None, step)


def main():
    torch.manual_seed(106)
    loader = DataLoader(Stream(160), batch_size=16, num_workers=2)
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(2):
        for x, y in loader:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x).squeeze(1), y)
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    main()
