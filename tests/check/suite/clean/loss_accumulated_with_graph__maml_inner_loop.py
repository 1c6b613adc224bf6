"""First- and second-order MAML on sine waves; the loss is summed over tasks before one backward."""
from dataclasses import dataclass

import torch
from torch import nn
from torch.func import functional_call


@dataclass(frozen=True)
class Settings:
    tasks: int = 4
    inner_lr: float = 0.05
    inner_steps: int = 2
    meta_steps: int = 12


class Sine:
    def __init__(self, gen):
        self.amp, self.phase = (torch.rand(2, generator=gen) * torch.tensor([2.0, 3.0]) + 0.5).tolist()
        self.gen = gen

    def __call__(self, n):
        x = torch.rand(n, 1, generator=self.gen) * 8 - 4
        return x, self.amp * torch.sin(x + self.phase)


def adapt(net, params, task, s):
    for _ in range(s.inner_steps):
        x, y = task(10)
        loss = nn.functional.mse_loss(functional_call(net, params, x), y)
        grads = torch.autograd.grad(loss, params.values(), create_graph=True)
        params = {k: p - s.inner_lr * g for (k, p), g in zip(params.items(), grads)}
    return params


s, gen = Settings(), torch.Generator().manual_seed(9)
torch.manual_seed(90)
net = nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 1))
meta = torch.optim.Adam(net.parameters(), lr=3e-3)
history = []
for step in range(s.meta_steps):
    outer = torch.zeros(())
    for _ in range(s.tasks):
        task = Sine(gen)
        fast = adapt(net, dict(net.named_parameters()), task, s)
        x, y = task(10)
        outer = outer + nn.functional.mse_loss(functional_call(net, fast, x), y)
    outer = outer / s.tasks
    meta.zero_grad()
    outer.backward()
    meta.step()
    history.append(outer.item())
print(history[0], history[-1])
