import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def parse():
    p = argparse.ArgumentParser(description="Texture patches")
    p.add_argument("--epochs", type=int, default=4)
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--lr", type=float, default=0.02)
    p.add_argument("--seed", type=int, default=3)
    return p.parse_args()


def make_patches(n, generator):
    label = torch.randint(0, 3, (n,), generator=generator)
    noise = torch.randn(n, 1, 12, 12, generator=generator)
    rows = torch.linspace(0, 6.28, 12).view(1, 1, 12, 1)
    cols = torch.linspace(0, 6.28, 12).view(1, 1, 1, 12)
    waves = torch.stack([torch.sin(2 * rows).expand(1, 1, 12, 12)[0], torch.sin(2 * cols).expand(1, 1, 12, 12)[0],
                         (torch.sin(rows) * torch.cos(cols))[0]])
    return noise * 0.5 + waves[label], label


def build():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Linear(16, 3),
    )


def train_one_epoch(model, loader, optimizer, loss_fn):
    model.train()
    optimizer.zero_grad()  # expect: zero-grad-once-per-epoch
    total = 0.0
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()  # expect: zero-grad-once-per-epoch
        total += loss.item() * y.numel()
    return total / len(loader.dataset)


def main():
    args = parse()
    torch.manual_seed(args.seed)
    x, y = make_patches(384, torch.Generator().manual_seed(args.seed))
    loader = DataLoader(TensorDataset(x, y), batch_size=args.batch, shuffle=True)
    model = build()
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
    for epoch in range(args.epochs):
        print(epoch, round(train_one_epoch(model, loader, optimizer, nn.CrossEntropyLoss()), 4))


main()
