"""Optimizer factories with functools.partial; a tabular classifier."""

from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(11)
rng = np.random.default_rng(11)

make_optimizer = partial(torch.optim.AdamW, lr=3e-3, weight_decay=1e-2)


class Tabular(nn.Module):
    def __init__(self, numeric, cards, classes):
        super().__init__()
        self.tables = nn.ModuleList([nn.Embedding(c, 4) for c in cards])
        self.head = nn.Sequential(nn.Linear(numeric + 4 * len(cards), 32), nn.ReLU(), nn.Linear(32, classes))

    def forward(self, numeric, codes):
        parts = [table(codes[:, i]) for i, table in enumerate(self.tables)]
        return self.head(torch.cat([numeric, *parts], dim=1))


def batches(n, size):
    order = rng.permutation(n)
    for start in range(0, n, size):
        yield torch.from_numpy(order[start : start + size])


numeric = torch.randn(300, 5)
codes = torch.stack([torch.randint(0, c, (300,)) for c in (3, 7)], dim=1)
target = ((numeric[:, 0] + codes[:, 0]) > 1).long()

net = Tabular(5, (3, 7), 2)
opt = make_optimizer(net.parameters())

for epoch in range(3):
    running = 0.0
    for rows in batches(300, 50):
        loss = F.cross_entropy(net(numeric[rows], codes[rows]), target[rows])
        loss.backward()
        opt.zero_grad()  # expect: zero-grad-before-step
        opt.step()  # expect: zero-grad-before-step
        running += loss.item() * len(rows)
    print(f"epoch {epoch}: {running / 300:.4f}")
