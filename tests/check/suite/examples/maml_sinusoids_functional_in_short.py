"""MAML on sinusoids with torch.func.functional_call and second-order gradients."""

import torch
from torch import nn
from torch.func import functional_call


class Sinusoids:
    def __init__(self, seed):
        self.g = torch.Generator().manual_seed(seed)

    def task(self, shots):
        a = 0.1 + 4.9 * torch.rand((), generator=self.g)
        p = 3.14 * torch.rand((), generator=self.g)
        x = torch.rand(2 * shots, 1, generator=self.g) * 10 - 5
        y = a * torch.sin(x + p)
        return x[:shots], y[:shots], x[shots:], y[shots:]


def adapt(model, params, x, y, rate, steps):
    for _ in range(steps):
        loss = nn.functional.mse_loss(functional_call(model, params, (x,)), y)
        grads = torch.autograd.grad(loss, tuple(params.values()), create_graph=True)
        params = {k: p - rate * g for (k, p), g in zip(params.items(), grads)}
    return params


torch.manual_seed(128)
model = nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
meta = torch.optim.Adam(model.parameters(), lr=1e-3)
tasks = Sinusoids(0)
for iteration in range(20):
    outer = 0.0
    for _ in range(4):
        xs, ys, xq, yq = tasks.task(8)
        fast = adapt(model, dict(model.named_parameters()), xs, ys, rate=0.01, steps=2)
        outer = outer + nn.functional.mse_loss(functional_call(model, fast, (xq,)), yq)
    outer = outer / 4
    meta.zero_grad()
    outer.backward()
    meta.step()
    if iteration % 5 == 0:
        print(iteration, outer.item())
