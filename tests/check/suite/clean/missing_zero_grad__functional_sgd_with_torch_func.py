"""A JAX user's training: parameters are a dict, updates are pure functions."""
import torch
from torch import nn
from torch.func import functional_call, grad_and_value

torch.manual_seed(81)
net = nn.Sequential(nn.Linear(4, 24), nn.Tanh(), nn.Linear(24, 1))
params = {k: v.detach().clone() for k, v in net.named_parameters()}
velocity = {k: torch.zeros_like(v) for k, v in params.items()}


def loss_fn(params, x, y):
    return (functional_call(net, params, (x,)) - y).square().mean()


def update(params, velocity, grads, lr=0.05, mu=0.9):
    velocity = {k: mu * velocity[k] + grads[k] for k in params}
    return {k: params[k] - lr * velocity[k] for k in params}, velocity


for step in range(30):
    x = torch.randn(32, 4)
    y = torch.sin(x[:, :1]) * x[:, 1:2]
    grads, value = grad_and_value(loss_fn)(params, x, y)
    params, velocity = update(params, velocity, grads)
print(value.item())
