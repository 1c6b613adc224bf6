"""JAX style: parameters are a dictionary, gradients come from torch.func.grad, updates are values."""
from functools import partial
from typing import NamedTuple

import torch
from torch.func import grad_and_value, vmap


class State(NamedTuple):
    params: dict
    momentum: dict
    step: int


def init(key, sizes):
    params = {}
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        params[f"w{i}"] = torch.randn(a, b, generator=key) * (2 / a) ** 0.5
        params[f"b{i}"] = torch.zeros(b)
    return params


def predict(params, x):
    n = len(params) // 2
    for i in range(n):
        x = x @ params[f"w{i}"] + params[f"b{i}"]
        if i < n - 1:
            x = torch.relu(x)
    return x


def loss_fn(params, x, y):
    return torch.nn.functional.cross_entropy(predict(params, x), y)


def update(state, x, y, lr, mu):
    g, value = grad_and_value(loss_fn)(state.params, x, y)
    m = {k: mu * state.momentum[k] + g[k] for k in g}
    p = {k: state.params[k] - lr * m[k] for k in g}
    return State(p, m, state.step + 1), value


key = torch.Generator().manual_seed(0)
x = torch.randn(512, 6, generator=key)
y = (x[:, 0] * x[:, 1] > 0).long()
params = init(key, [6, 32, 2])
state = State(params, {k: torch.zeros_like(v) for k, v in params.items()}, 0)
step = partial(update, lr=0.05, mu=0.9)
for epoch in range(6):
    for ix in torch.randperm(512, generator=key).split(64):
        state, value = step(state, x[ix], y[ix])
    print(epoch, value.item())
jac = vmap(torch.func.jacrev(predict, argnums=1), in_dims=(None, 0))(state.params, x[:5])
print(jac.shape, state.step)
