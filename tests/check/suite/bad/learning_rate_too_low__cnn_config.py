from dataclasses import dataclass, field

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@dataclass
class OptimConfig:
    lr: float = 1e-9
    weight_decay: float = 0.0
    betas: tuple = (0.9, 0.999)


@dataclass
class Config:
    epochs: int = 5
    batch: int = 32
    optim: OptimConfig = field(default_factory=OptimConfig)


def stripes(n):
    y = torch.randint(0, 2, (n,))
    wave = torch.sin(torch.arange(10) * 1.3)
    x = torch.where(y.view(-1, 1, 1) == 0, wave.view(1, 10, 1), wave.view(1, 1, 10))
    return TensorDataset(x.expand(n, 10, 10)[:, None] + 0.5 * torch.randn(n, 1, 10, 10), y)


def main(config=Config()):
    torch.manual_seed(48)
    model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 64, 2))
    o = config.optim
    optimizer = torch.optim.AdamW(model.parameters(), lr=o.lr, betas=o.betas, weight_decay=o.weight_decay)  # expect: learning-rate-too-low
    loader = DataLoader(stripes(320), batch_size=config.batch, shuffle=True)
    for epoch in range(config.epochs):
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()  # expect: learning-rate-too-low
            total += loss.item() * len(y)
        print(epoch, f"{total / 320:.5f}")


main()
