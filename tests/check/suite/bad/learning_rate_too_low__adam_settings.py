"""Binary classifier of interaction features."""

from types import SimpleNamespace

import torch
from torch import nn

cfg = SimpleNamespace(seed=41, hidden=32, lr=1e-9, batch=32, epochs=10)


class Interaction(nn.Module):
    def __init__(self, n, hidden):
        super().__init__()
        self.left, self.right = nn.Linear(n, hidden), nn.Linear(n, hidden)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.out(torch.tanh(self.left(x)) * torch.tanh(self.right(x))).squeeze(-1)


torch.manual_seed(cfg.seed)
x = torch.randn(256, 6)
y = (x[:, 0] * x[:, 1] > 0).float()
model = Interaction(6, cfg.hidden)
optimizer = torch.optim.Adam(model.parameters(), lr=cfg.lr)  # expect: learning-rate-too-low
for epoch in range(cfg.epochs):
    total = 0.0
    for rows in torch.randperm(256).split(cfg.batch):
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(x[rows]), y[rows])
        loss.backward()
        optimizer.step()  # expect: learning-rate-too-low
        total += loss.item() * len(rows)
    print(epoch, total / 256)
