"""Layers made at first use and kept; a lazy module beside them."""

import torch
from torch import nn


class Adaptive(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width
        self.inputs = nn.ModuleDict()
        self.head = nn.LazyLinear(2)

    def forward(self, x):
        key = str(x.shape[1])
        if key not in self.inputs:
            self.inputs[key] = nn.Linear(x.shape[1], self.width)
        return self.head(torch.relu(self.inputs[key](x)))


torch.manual_seed(90)
model = Adaptive(16)
data = {n: torch.randn(96, n) for n in (4, 7)}
for x in data.values():
    model(x[:2])
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(5):
    for n, x in data.items():
        for rows in torch.randperm(96).split(24):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x[rows]), (x[rows, 0] > x[rows, 1]).long())
            loss.backward()
            optimizer.step()
    print(epoch, loss.item())
