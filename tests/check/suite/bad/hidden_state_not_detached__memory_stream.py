"""A forecaster with a leaky memory over a stream, cut in windows."""

import torch
from torch import nn


class LeakyMemory(nn.Module):
    def __init__(self, width=12, decay=0.8):
        super().__init__()
        self.write = nn.Linear(5, width)
        self.readout = nn.Linear(width, 1)
        self.decay = decay
        self.memory = None

    def reset(self, batch):
        self.memory = torch.zeros(batch, self.write.out_features)

    def forward(self, window):
        self.memory = self.decay * self.memory + torch.tanh(self.write(window))  # expect: hidden-state-not-detached
        return self.readout(self.memory)


def windows(series, size):
    for start in range(0, series.shape[1] - size, size):
        yield series[:, start : start + size], series[:, start + size : start + size + 1]


torch.manual_seed(12)
t = torch.arange(300) * 0.1
series = torch.sin(t + torch.rand(16, 1) * 6) + 0.1 * torch.randn(16, 300)
model = LeakyMemory()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-2)

for epoch in range(2):
    model.reset(16)
    total = 0.0
    for x, y in windows(series, 5):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward(retain_graph=True)  # expect: hidden-state-not-detached
        optimizer.step()
        total += loss.item()
    print(epoch, total)
