"""GRU over (batch, time, feature), with the layer's default layout."""
import torch
from torch import nn


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(2, 20)  # expect: *
        self.out = nn.Linear(20, 1)

    def forward(self, x):
        h, _ = self.gru(x)  # expect: *
        return self.out(h[:, -1])


def windows(n):
    phase = torch.rand(n, 1) * 6
    t = torch.arange(13) * 0.4
    s = torch.sin(t + phase)
    return torch.stack([s[:, :-1], torch.cos(t + phase)[:, :-1]], -1), s[:, -1:]


torch.manual_seed(16)
net = Forecaster()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for it in range(50):
    x, y = windows(32)
    loss = nn.functional.mse_loss(net(x), y)  # expect: *
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
