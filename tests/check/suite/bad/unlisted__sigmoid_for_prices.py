"""Predicting prices in dollars."""
import torch
from torch import nn

torch.manual_seed(72)


class Price(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, x):
        return torch.sigmoid(self.f(x)).squeeze(1)  # expect: *


net = Price()
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
w = torch.rand(5) * 40
for step in range(60):
    x = torch.rand(32, 5)
    y = 20 + x @ w
    loss = nn.functional.l1_loss(net(x), y)  # expect: *
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
