"""Ten kinds of signals, numbered 1 to 10 in the file."""
import argparse
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Signals(Dataset):
    def __init__(self, n, seed):
        g = torch.Generator().manual_seed(seed)
        self.kind = torch.randint(1, 11, (n,), generator=g)
        self.wave = torch.randn(n, 24, generator=g) + self.kind[:, None].float()

    def __len__(self):
        return len(self.kind)

    def __getitem__(self, i):
        return self.wave[i], self.kind[i]


class Classifier(nn.Module):
    def __init__(self, kinds):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(24, 32), nn.GELU())
        self.head = nn.Linear(32, kinds)

    def forward(self, wave):
        return self.head(self.body(wave))


def train(args):
    torch.manual_seed(args.seed)
    model = Classifier(kinds=10)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    criterion = nn.CrossEntropyLoss()
    for epoch in range(args.epochs):
        for wave, kind in DataLoader(Signals(256, 1), batch_size=32, shuffle=True):
            optimizer.zero_grad()
            loss = criterion(model(wave), kind)  # expect: training-raises
            loss.backward()
            optimizer.step()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=3)
    train(parser.parse_args())
