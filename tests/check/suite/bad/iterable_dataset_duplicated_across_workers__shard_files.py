"""Shards read one after the other by an IterableDataset."""
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset


class Shards(IterableDataset):
    def __init__(self, shards):
        self.shards = shards

    def __iter__(self):  # expect: iterable-dataset-duplicated-across-workers
        for shard in self.shards:
            x, y = shard["x"], shard["y"]
            for i in torch.randperm(len(x)).tolist():
                yield {"x": x[i], "y": y[i]}


def make(n):
    x = torch.randn(n, 5)
    return {"x": x, "y": x.pow(2).sum(1)}


def main():
    torch.manual_seed(67)
    loader = DataLoader(Shards([make(48) for _ in range(3)]), batch_size=16, num_workers=2)  # expect: iterable-dataset-duplicated-across-workers
    net = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 1))
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(2):
        for b in loader:  # expect: iterable-dataset-duplicated-across-workers
            loss = nn.functional.mse_loss(net(b["x"]).squeeze(1), b["y"])
            opt.zero_grad()
            loss.backward()
            opt.step()
    print(loss.item())


if __name__ == "__main__":
    main()
