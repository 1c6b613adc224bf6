"""The losses of several tasks are summed over micro batches; one backward a step."""

from collections import deque
from functools import reduce
from operator import add

import torch
from torch import nn

torch.manual_seed(96)
trunk = nn.Sequential(nn.Linear(5, 24), nn.Tanh())
heads = nn.ModuleList(nn.Linear(24, 1) for _ in range(4))
optimizer = torch.optim.Adam([*trunk.parameters(), *heads.parameters()], lr=5e-3)
mix = torch.randn(4, 5)
recent = deque(maxlen=10)

for step in range(40):
    losses = []
    for k, head in enumerate(heads):
        x = torch.randn(16, 5)
        y = torch.sin(x @ mix[k])
        losses.append(nn.functional.mse_loss(head(trunk(x)).squeeze(-1), y))
    total = reduce(add, losses)
    optimizer.zero_grad()
    total.backward()
    optimizer.step()
    recent.append(total.detach())
    if step % 10 == 9:
        print(step, torch.stack(list(recent)).mean().item())
