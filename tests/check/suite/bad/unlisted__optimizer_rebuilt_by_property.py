"""A trainer with its optimizer as a property."""
import torch
from torch import nn

torch.manual_seed(73)


class Trainer:
    def __init__(self):
        self.net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))

    @property
    def optimizer(self):
        return torch.optim.Adam(self.net.parameters(), lr=2e-3)  # expect: *

    def step(self, x, y):
        self.optimizer.zero_grad()  # expect: *
        loss = nn.functional.cross_entropy(self.net(x), y)
        loss.backward()
        self.optimizer.step()  # expect: *
        return loss.item()


t = Trainer()
w = torch.randn(8)
for i in range(25):
    x = torch.randn(32, 8)
    value = t.step(x, (x @ w > 0).long())
print(value)
