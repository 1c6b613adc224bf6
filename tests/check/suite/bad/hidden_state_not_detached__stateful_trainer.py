import math

import torch
from torch import nn


class StatefulForecaster(nn.Module):
    def __init__(self, n_hidden=12):
        super().__init__()
        self.lstm = nn.LSTM(1, n_hidden, batch_first=True)
        self.readout = nn.Linear(n_hidden, 1)
        self.state = None

    def reset(self):
        self.state = None

    def forward(self, x):
        y, self.state = self.lstm(x, self.state)
        return self.readout(y)


def windows(series, size):
    for start in range(0, series.size(1) - size - 1, size):
        yield series[:, start : start + size], series[:, start + 1 : start + size + 1]


torch.manual_seed(8)
t = torch.arange(0, 201).float()
phase = torch.rand(6, 1) * 2 * math.pi
series = torch.sin(t[None] * 0.2 + phase).unsqueeze(-1)

model = StatefulForecaster()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
criterion = nn.MSELoss()
for epoch in range(2):
    model.reset()
    losses = []
    for x, y in windows(series, 10):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward(retain_graph=True)  # expect: hidden-state-not-detached
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for p in model.parameters():
            p.data.add_(p.grad, alpha=-0.05)
        losses.append(loss.item())
    print(epoch, sum(losses) / len(losses))
