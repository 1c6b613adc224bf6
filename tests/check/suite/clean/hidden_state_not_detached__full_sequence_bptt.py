"""A hand-written cell unrolled over one whole sequence; one backward a sequence."""

import torch
from torch import nn


class Cell(nn.Module):
    def __init__(self, i, h):
        super().__init__()
        self.x, self.h = nn.Linear(i, h), nn.Linear(h, h, bias=False)

    def forward(self, x, h):
        return torch.tanh(self.x(x) + self.h(h))


class Counter(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.cell, self.out, self.width = Cell(1, width), nn.Linear(width, 1), width

    def forward(self, steps):
        h = steps.new_zeros(steps.shape[1], self.width)
        for x in steps:
            h = self.cell(x, h)
        return self.out(h)


torch.manual_seed(76)
model = Counter()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for step in range(40):
    length = 4 + step // 4
    bits = torch.randint(0, 2, (length, 32, 1)).float()
    loss = nn.functional.mse_loss(model(bits), bits.mean(0))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 10 == 0:
        print(step, length, loss.item())
