"""Temperatures around zero, predicted through an output that cannot be negative."""

import torch
from torch import nn


class Forecast(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(5, 32)
        self.out = nn.Linear(32, 1)

    def forward(self, x):
        return torch.relu(self.out(torch.relu(self.hidden(x))))  # expect: *


torch.manual_seed(142)
x = torch.randn(320, 5)
degrees = 4 * x[:, :1] - 3 * x[:, 1:2] + torch.randn(320, 1) * 0.3
model = Forecast()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(8):
    for rows in torch.randperm(320).split(32):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x[rows]), degrees[rows])  # expect: *
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
