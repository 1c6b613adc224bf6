"""Depth by configuration: layers are added after the optimizer was made."""
import torch
from torch import nn


class Stack(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.stem = nn.Linear(6, d)
        self.head = nn.Linear(d, 1)
        self.depth = 0

    def grow(self, d, n):
        for k in range(n):
            self.add_module(f"hidden{self.depth}", nn.Linear(d, d))  # expect: parameters-missing-from-optimizer
            self.depth += 1

    def forward(self, x):
        x = torch.tanh(self.stem(x))
        for k in range(self.depth):
            x = torch.tanh(getattr(self, f"hidden{k}")(x))
        return self.head(x)


torch.manual_seed(18)
net = Stack(16)
opt = torch.optim.Adam(net.parameters(), lr=2e-3)  # expect: parameters-missing-from-optimizer
net.grow(16, 3)  # expect: parameters-missing-from-optimizer
x = torch.randn(300, 6)
y = x[:, :1] * x[:, 1:2]
for epoch in range(5):
    for ix in torch.randperm(300).split(30):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x[ix]), y[ix])
        loss.backward()
        opt.step()  # expect: parameters-missing-from-optimizer
    print(epoch, loss.item())
