from typing import Iterator
import torch
from torch import Tensor, nn


def minibatches(x: Tensor, y: Tensor, size: int) -> Iterator[tuple[Tensor, Tensor]]:
    for idx in torch.randperm(len(x)).split(size):
        yield x[idx], y[idx]


def train(net: nn.Module, batches: Iterator[tuple[Tensor, Tensor]], epochs: int) -> list[float]:
    opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    curve = []
    for _ in range(epochs):
        running = 0.0
        for xb, yb in batches:  # expect: exhausted-training-iterator
            loss = nn.functional.mse_loss(net(xb), yb)
            opt.zero_grad()
            loss.backward()
            opt.step()
            running += loss.item()
        curve.append(running / 8)
    return curve


torch.manual_seed(50)
x = torch.rand(256, 2) * 2 - 1
y = x.prod(1, keepdim=True)
net = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))
print(train(net, minibatches(x, y, 32), epochs=6))  # expect: exhausted-training-iterator
