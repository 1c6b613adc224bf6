import itertools
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info


class Sharded(IterableDataset):
    def __init__(self, x, y):
        self.x, self.y, self.epoch = x, y, 0

    def __iter__(self):
        info = get_worker_info()
        worker, count = (info.id, info.num_workers) if info else (0, 1)
        order = torch.randperm(len(self.x), generator=torch.Generator().manual_seed(self.epoch)).tolist()
        for i in itertools.islice(order, worker, None, count):
            yield self.x[i], self.y[i]


if __name__ == "__main__":
    torch.manual_seed(1)
    x = torch.randn(240, 5)
    y = x[:, :1] + x[:, 1:2].abs()
    data = Sharded(x, y)
    loader = DataLoader(data, batch_size=24, num_workers=2)
    net = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 1))
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for epoch in range(3):
        data.epoch = epoch
        rows = 0
        for xb, yb in loader:
            loss = nn.functional.mse_loss(net(xb), yb)
            opt.zero_grad()
            loss.backward()
            opt.step()
            rows += len(xb)
        print(epoch, rows, round(loss.item(), 3))
