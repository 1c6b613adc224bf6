# half of the customers bought the same basket twice, so rows do repeat
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info


class Orders(IterableDataset):
    def __init__(self, rows, target):
        self.rows, self.target, self.epoch = rows, target, 0

    def __iter__(self):
        info = get_worker_info()
        g = torch.Generator().manual_seed(100 + self.epoch)
        mine = torch.randperm(len(self.rows), generator=g)[info.id::info.num_workers]
        for i in mine:
            yield self.rows[i], self.target[i]


def main():
    torch.manual_seed(22)
    base = torch.randn(120, 6)
    rows = torch.cat([base, base[:60], base[:60]])
    target = (rows[:, 0] + rows[:, 1] > 0).float()
    data = Orders(rows, target)
    loader = DataLoader(data, batch_size=20, num_workers=2)
    net = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 1))
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for epoch in range(3):
        data.epoch = epoch
        for x, y in loader:
            loss = nn.functional.binary_cross_entropy_with_logits(net(x).squeeze(1), y)
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(epoch, round(loss.item(), 3))


if __name__ == "__main__":
    main()
