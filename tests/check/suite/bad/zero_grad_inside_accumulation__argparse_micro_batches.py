"""Gradient accumulation configured from the command line."""

import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Waves(Dataset):
    def __init__(self, n, length):
        g = torch.Generator().manual_seed(0)
        self.phase = torch.rand(n, 1, generator=g) * 6
        self.freq = 1 + torch.randint(0, 3, (n, 1), generator=g)
        grid = torch.linspace(0, 3, length)
        self.data = torch.sin(self.freq * grid + self.phase) + 0.1 * torch.randn(n, length, generator=g)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, i):
        return self.data[i].unsqueeze(0), self.freq[i, 0] - 1


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--accumulate", type=int, default=4)
    parser.add_argument("--lr", type=float, default=2e-3)
    return parser.parse_args()


def main(args):
    torch.manual_seed(1)
    loader = DataLoader(Waves(256, 40), batch_size=16, shuffle=True)
    model = nn.Sequential(
        nn.Conv1d(1, 8, 5, stride=2), nn.ReLU(), nn.Conv1d(8, 8, 5, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(56, 3)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    criterion = nn.CrossEntropyLoss()
    for epoch in range(args.epochs):
        total = 0.0
        for step, (x, y) in enumerate(loader, start=1):
            optimizer.zero_grad()  # expect: zero-grad-inside-accumulation
            loss = criterion(model(x), y) / args.accumulate
            loss.backward()
            total += loss.item()
            if step % args.accumulate == 0:
                optimizer.step()  # expect: zero-grad-inside-accumulation
        print(epoch, total)


if __name__ == "__main__":
    main(parse())
