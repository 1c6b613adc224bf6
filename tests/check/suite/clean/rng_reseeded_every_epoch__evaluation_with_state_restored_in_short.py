"""Evaluation draws the same noise each time, then gives the generator back."""

from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def fixed_seed(seed):
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    try:
        yield
    finally:
        torch.set_rng_state(state)


class Denoise(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(8, 32), nn.SiLU(), nn.Linear(32, 8))

    def forward(self, x):
        return self.net(x)


def evaluate(model, x):
    with fixed_seed(0), torch.no_grad():
        return nn.functional.mse_loss(model(x + 0.3 * torch.randn_like(x)), x).item()


torch.manual_seed(104)
data = torch.randn(300, 3) @ torch.randn(3, 8)
train, held = data[:240], data[240:]
model = Denoise()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(5):
    for rows in torch.randperm(240).split(30):
        x = train[rows]
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x + 0.3 * torch.randn_like(x)), x).backward()
        optimizer.step()
    print(epoch, evaluate(model, held))
