from typing import Dict
import torch
from torch import nn


class Regression:
    def __init__(self, net: nn.Module) -> None:
        self.net = net.train()
        self.optim = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
        self.loss = nn.SmoothL1Loss()

    def fit_epoch(self, x: torch.Tensor, y: torch.Tensor) -> float:
        total = 0.0
        for b in torch.randperm(len(x)).split(32):
            self.optim.zero_grad()
            loss = self.loss(self.net(x[b]), y[b])
            loss.backward()
            self.optim.step()
            total += loss.item() * len(b)
        return total / len(x)

    @torch.no_grad()
    def evaluate(self, x: torch.Tensor, y: torch.Tensor) -> Dict[str, float]:
        out = self.net(x)  # expect: validation-in-train-mode
        return {"loss": self.loss(out, y).item(), "mae": (out - y).abs().mean().item()}


def main() -> None:
    torch.manual_seed(71)
    x = torch.randn(360, 6) * 3 + 1
    y = x[:, :1] * 0.5 - x[:, 1:2] * 0.25
    task = Regression(nn.Sequential(nn.Linear(6, 20), nn.BatchNorm1d(20), nn.ReLU(), nn.Linear(20, 1)))
    for epoch in range(4):
        print(epoch, task.fit_epoch(x[:288], y[:288]), task.evaluate(x[288:], y[288:]))


main()
