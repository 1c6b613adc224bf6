"""A bfloat16 model with a float32 master copy that takes the updates."""

import torch
from torch import nn

torch.manual_seed(74)
x = torch.randn(256, 10)
y = x[:, :4].argmax(1)
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 4)).bfloat16()
masters = [p.detach().float().requires_grad_() for p in model.parameters()]
optimizer = torch.optim.SGD(masters, lr=2e-2, momentum=0.9)


def push():
    with torch.no_grad():
        for p, master in zip(model.parameters(), masters):
            p.copy_(master)


def pull():
    for p, master in zip(model.parameters(), masters):
        master.grad = p.grad.float()
        p.grad = None


for epoch in range(5):
    for rows in torch.randperm(256).split(32):
        loss = nn.functional.cross_entropy(model(x[rows].bfloat16()).float(), y[rows])
        loss.backward()
        pull()
        optimizer.step()
        push()
    print(epoch, loss.item())
