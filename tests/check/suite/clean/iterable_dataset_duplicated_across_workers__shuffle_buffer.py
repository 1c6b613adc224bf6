import itertools
import random

import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info


class Shards(IterableDataset):
    """Reads shard files; every worker takes its own, and mixes them in a buffer."""

    def __init__(self, shards, buffer=32, seed=0):
        self.shards, self.buffer, self.seed, self.epoch = shards, buffer, seed, 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def read(self, shard):
        g = torch.Generator().manual_seed(shard)
        for _ in range(20):
            x = torch.randn(6, generator=g)
            yield x, (x[0] + x[1] > 0).float()

    def __iter__(self):
        info = get_worker_info()
        worker, workers = (info.id, info.num_workers) if info else (0, 1)
        rng = random.Random(self.seed + self.epoch * 100 + worker)
        mine = list(itertools.islice(self.shards, worker, None, workers))
        rng.shuffle(mine)
        held = []
        for sample in itertools.chain.from_iterable(map(self.read, mine)):
            held.append(sample)
            if len(held) >= self.buffer:
                yield held.pop(rng.randrange(len(held)))
        rng.shuffle(held)
        yield from held


def main():
    torch.manual_seed(52)
    dataset = Shards(range(8))
    loader = DataLoader(dataset, batch_size=16, num_workers=2, drop_last=True)
    model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1))
    opt = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(2):
        dataset.set_epoch(epoch)
        for x, y in loader:
            loss = nn.functional.binary_cross_entropy_with_logits(model(x).squeeze(1), y)
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    main()
