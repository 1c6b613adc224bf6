"""Sensor windows (batch, time, channel) into a recurrent net that wants (time, batch, channel)."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class SensorNet(nn.Module):
    def __init__(self, channels, width, classes):
        super().__init__()
        self.rnn = nn.GRU(channels, width)
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        n, t, c = x.shape
        x = x.view(t, n, c)  # expect: view-instead-of-permute
        out, _ = self.rnn(x)
        return self.head(out[-1])


def make(n, t):
    level = torch.randint(0, 3, (n,))
    x = torch.randn(n, t, 4) + level[:, None, None] * 0.7
    return x, level


def train(model, loader, epochs=4):
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    loss_fn = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        hits = total = 0
        for x, y in loader:
            optimizer.zero_grad()
            logits = model(x)
            loss_fn(logits, y).backward()
            optimizer.step()
            hits += (logits.argmax(1) == y).sum().item()
            total += y.numel()
        print(epoch, hits / total)


torch.manual_seed(14)
train(SensorNet(4, 16, 3), DataLoader(TensorDataset(*make(288, 12)), batch_size=36, shuffle=True))
