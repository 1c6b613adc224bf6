import argparse
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 3, padding=1)
        self.c2 = nn.Conv2d(6, 6, 3, padding=1)
        self.fc = nn.Linear(6 * 4, 3)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.c1(x)), 2)
        x = F.max_pool2d(F.relu(self.c2(x)), 2)
        return self.fc(x.flatten(1))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--lr", type=float, default=1.0)  # expect: learning-rate-too-high
    p.add_argument("--epochs", type=int, default=4)
    args = p.parse_args()
    torch.manual_seed(13)
    y = torch.randint(0, 3, (192,))
    x = 0.4 * torch.randn(192, 1, 8, 8)
    for k in range(3):
        x[y == k, 0, :, 2 * k] += 1.0
    net = Net()
    opt = torch.optim.Adam(net.parameters(), lr=args.lr)  # expect: learning-rate-too-high
    for epoch in range(args.epochs):
        for b in torch.randperm(192).split(24):
            opt.zero_grad()
            loss = F.cross_entropy(net(x[b]), y[b])
            loss.backward()
            opt.step()
        print("epoch", epoch, "loss", loss.item())


main()
