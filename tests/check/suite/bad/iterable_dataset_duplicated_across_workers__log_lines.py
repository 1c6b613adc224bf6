"""Streams records parsed from text with two workers."""

import math

import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset


def lines(n):
    for i in range(n):
        a, b = math.sin(i * 1.7), math.cos(i * 0.9)
        yield f"{a:.6f},{b:.6f},{a * b + 0.3 * a:.6f}"


class LogStream(IterableDataset):
    def __init__(self, n):
        super().__init__()
        self.n = n

    def parse(self, line):
        *features, target = map(float, line.split(","))
        return torch.tensor(features), torch.tensor([target])

    def __iter__(self):
        for line in lines(self.n):  # expect: iterable-dataset-duplicated-across-workers
            yield self.parse(line)


def main():
    torch.manual_seed(56)
    stream = DataLoader(LogStream(160), batch_size=20, num_workers=2)  # expect: iterable-dataset-duplicated-across-workers
    model = nn.Sequential(nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(2):
        count, total = 0, 0.0
        for x, y in stream:  # expect: iterable-dataset-duplicated-across-workers
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
            count += len(x)
        print(epoch, count, total / count)


if __name__ == "__main__":
    main()
