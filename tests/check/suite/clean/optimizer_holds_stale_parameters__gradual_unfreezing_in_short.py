"""Layers are unfrozen one by one, each added to the optimizer as a group."""

import torch
from torch import nn

torch.manual_seed(88)
blocks = nn.ModuleList(nn.Sequential(nn.Linear(8, 8), nn.Tanh()) for _ in range(3))
head = nn.Linear(8, 3)
model = nn.Sequential(*blocks, head)
for p in blocks.parameters():
    p.requires_grad_(False)
optimizer = torch.optim.SGD(head.parameters(), lr=0.1, momentum=0.9)
x = torch.randn(240, 8)
y = x[:, :3].argmax(1)


def thaw(block, rate):
    block.requires_grad_(True)
    optimizer.add_param_group({"params": list(block.parameters()), "lr": rate})


for epoch in range(6):
    if epoch in (1, 3):
        thaw(blocks[-1 if epoch == 1 else -2], 0.03)
    model.train()
    for rows in torch.randperm(240).split(40):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
        loss.backward()
        optimizer.step()
    print(epoch, len(optimizer.param_groups), loss.item())
