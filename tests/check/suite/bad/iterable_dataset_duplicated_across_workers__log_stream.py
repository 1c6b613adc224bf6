"""Click logs, streamed."""
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset


class LogStream(IterableDataset):
    def __init__(self, days):
        self.days = days

    def parse(self, day):
        g = torch.Generator().manual_seed(day)
        for _ in range(40):
            x = torch.randn(10, generator=g)
            yield x, (x[:3].sum() > 0).float()

    def __iter__(self):
        for day in self.days:
            yield from self.parse(day)


def main():
    torch.manual_seed(0)
    loader = DataLoader(LogStream(range(6)), batch_size=20, num_workers=2)  # expect: iterable-dataset-duplicated-across-workers
    net = nn.Sequential(nn.Linear(10, 24), nn.ReLU(), nn.Linear(24, 1))
    opt = torch.optim.Adam(net.parameters(), lr=2e-3)
    for epoch in range(2):
        for x, y in loader:  # expect: iterable-dataset-duplicated-across-workers
            loss = nn.functional.binary_cross_entropy_with_logits(net(x)[:, 0], y)
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    main()
