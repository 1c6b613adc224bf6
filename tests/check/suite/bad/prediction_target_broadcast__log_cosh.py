import argparse

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class HouseDataset(Dataset):
    def __init__(self, n, seed):
        rng = np.random.RandomState(seed)
        self.x = rng.randn(n, 9).astype("float32")
        self.y = (self.x[:, 0] * 2 - self.x[:, 3] + 0.1 * rng.randn(n)).astype("float32")

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


class Net(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(9, hidden), nn.ELU(), nn.Linear(hidden, hidden), nn.ELU())
        self.price = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.price(self.body(x))


class LogCoshLoss(nn.Module):
    def forward(self, y_pred, y_true):
        err = y_true - y_pred  # expect: prediction-target-broadcast
        return torch.mean(torch.log(torch.cosh(err + 1e-12)))  # expect: prediction-target-broadcast


def train(args):
    torch.manual_seed(args.seed)
    loader = DataLoader(HouseDataset(360, 0), batch_size=args.batch_size, shuffle=True, drop_last=True)
    net, criterion = Net(args.hidden), LogCoshLoss()
    opt = torch.optim.Adam(net.parameters(), lr=args.lr)
    for epoch in range(args.epochs):
        seen = []
        for x, y in loader:
            opt.zero_grad()
            loss = criterion(net(x), y)  # expect: prediction-target-broadcast
            loss.backward()  # expect: prediction-target-broadcast
            opt.step()
            seen.append(loss.item())
        print(epoch, np.mean(seen))


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--epochs", type=int, default=3)
    p.add_argument("--batch-size", type=int, default=30)
    p.add_argument("--hidden", type=int, default=32)
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--seed", type=int, default=0)
    train(p.parse_args())
