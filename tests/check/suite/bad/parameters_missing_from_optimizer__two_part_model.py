"""Encoder and task heads; the optimizer gets a hand-made list."""

from itertools import chain

import torch
from torch import nn

torch.manual_seed(17)

encoder = nn.Sequential(nn.Linear(8, 24), nn.ReLU())
heads = nn.ModuleDict({"age": nn.Linear(24, 1), "kind": nn.Linear(24, 3)})
decoder = nn.Linear(24, 8)  # expect: parameters-missing-from-optimizer

optimizer = torch.optim.Adam(chain(encoder.parameters(), heads.parameters()), lr=3e-3)  # expect: parameters-missing-from-optimizer

x = torch.randn(240, 8)
age = x[:, 0] * 2 + x[:, 1]
kind = x[:, 2:5].argmax(1)


def losses(rows):
    h = encoder(x[rows])
    yield nn.functional.mse_loss(heads["age"](h).squeeze(1), age[rows])
    yield nn.functional.cross_entropy(heads["kind"](h), kind[rows])
    yield nn.functional.mse_loss(decoder(h), x[rows])


for epoch in range(5):
    sums = torch.zeros(3)
    for rows in torch.randperm(240).split(30):
        optimizer.zero_grad()
        parts = list(losses(rows))
        sum(parts).backward()
        optimizer.step()
        sums += torch.stack(parts).detach() / 8
    print(epoch, [round(v, 3) for v in sums.tolist()])
