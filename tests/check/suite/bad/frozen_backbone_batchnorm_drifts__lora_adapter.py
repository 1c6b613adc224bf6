"""Adapters on a frozen convolutional backbone; the trainer sets the modes."""
import copy

import torch
from torch import nn

torch.manual_seed(49)


def backbone():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(),
        nn.Conv2d(8, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(),
        nn.AdaptiveAvgPool2d(2), nn.Flatten(),
    )


class Adapted(nn.Module):
    def __init__(self, base, rank=2):
        super().__init__()
        self.base = copy.deepcopy(base)
        for p in self.base.parameters():
            p.requires_grad = False
        self.down = nn.Linear(32, rank, bias=False)
        self.up = nn.Linear(rank, 32, bias=False)
        nn.init.zeros_(self.up.weight)
        self.head = nn.Linear(32, 3)

    def forward(self, x):
        f = self.base(x)  # expect: frozen-backbone-batchnorm-drifts
        return self.head(f + self.up(self.down(f)))  # expect: frozen-backbone-batchnorm-drifts


def batch(n):
    y = torch.randint(0, 3, (n,))
    x = torch.randn(n, 1, 8, 8) * 0.4
    for k in range(3):
        x[y == k, 0, 2 * k : 2 * k + 3] += 1
    return x, y


net = Adapted(backbone())
opt = torch.optim.AdamW([p for p in net.parameters() if p.requires_grad], lr=5e-3)
for epoch in range(4):
    net.train()  # expect: frozen-backbone-batchnorm-drifts
    for _ in range(6):
        x, y = batch(24)
        loss = nn.functional.cross_entropy(net(x), y)  # expect: frozen-backbone-batchnorm-drifts
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        x, y = batch(100)
        print(epoch, (net(x).argmax(1) == y).float().mean().item())
