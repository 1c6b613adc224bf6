import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call

torch.manual_seed(7)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, x):
        return self.net(x)


def task():
    amplitude, phase = torch.rand(()) * 4 + 0.5, torch.rand(()) * math.pi

    def draw(k):
        x = torch.rand(k, 1) * 10 - 5
        return x, amplitude * torch.sin(x + phase)

    return draw


def adapt(model, x, y, steps=1, lr=0.02, create_graph=True):
    fast = dict(model.named_parameters())
    for _ in range(steps):
        loss = F.mse_loss(functional_call(model, fast, (x,)), y)
        grads = torch.autograd.grad(loss, list(fast.values()), create_graph=create_graph)
        fast = {name: p - lr * g for (name, p), g in zip(fast.items(), grads)}
    return fast


model = Net()
meta = torch.optim.Adam(model.parameters(), lr=2e-3)
for it in range(25):
    meta.zero_grad()
    total = 0.0
    for _ in range(4):
        draw = task()
        fast = adapt(model, *draw(10))
        xq, yq = draw(10)
        loss = F.mse_loss(functional_call(model, fast, (xq,)), yq) / 4
        loss.backward()
        total += loss.item()
    nn.utils.clip_grad_norm_(model.parameters(), 10.0)
    meta.step()
    if it % 8 == 0:
        draw = task()
        fast = adapt(model, *draw(10), steps=3, create_graph=False)
        x, y = draw(50)
        with torch.no_grad():
            after = F.mse_loss(functional_call(model, fast, (x,)), y).item()
        print(it, total, after)
