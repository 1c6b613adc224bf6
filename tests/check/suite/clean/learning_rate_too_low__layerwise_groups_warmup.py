"""Tiny rates for the old layers, a long warm-up by a lambda, larger ones for the head."""

from functools import partial

import torch
from torch import nn


def ramp(step, warm, top=1.0):
    return top * min(1.0, step / warm)


torch.manual_seed(100)
body = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU())
head = nn.Linear(32, 3)
model = nn.Sequential(body, head)
optimizer = torch.optim.AdamW(
    [{"params": body[0].parameters(), "lr": 1e-6}, {"params": body[2].parameters(), "lr": 1e-5}, {"params": head.parameters()}],
    lr=1e-2,
)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, partial(ramp, warm=20))
x = torch.randn(256, 8)
y = x[:, :3].argmax(1)
for epoch in range(6):
    for rows in torch.randperm(256).split(32):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
        loss.backward()
        optimizer.step()
        scheduler.step()
    print(epoch, loss.item(), scheduler.get_last_lr())
