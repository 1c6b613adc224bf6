"""First- and second-order MAML on sinusoids; the meta loss is a sum over tasks with one deferred backward."""
import torch
from torch import nn
from torch.func import functional_call


def task(g):
    amp, phase = torch.rand(2, generator=g) * torch.tensor([3.0, 3.14]) + torch.tensor([0.5, 0.0])

    def draw(n):
        x = torch.rand(n, 1, generator=g) * 6 - 3
        return x, amp * torch.sin(x + phase)

    return draw


def adapt(net, params, x, y, lr, steps):
    for _ in range(steps):
        loss = nn.functional.mse_loss(functional_call(net, params, (x,)), y)
        grads = torch.autograd.grad(loss, list(params.values()), create_graph=True)
        params = {k: p - lr * g for (k, p), g in zip(params.items(), grads)}
    return params


torch.manual_seed(0)
gen = torch.Generator().manual_seed(1)
net = nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1))
meta = torch.optim.Adam(net.parameters(), lr=2e-3)
for it in range(25):
    meta_loss = 0.0
    for _ in range(4):
        draw = task(gen)
        fast = adapt(net, dict(net.named_parameters()), *draw(8), 0.02, 2)
        x, y = draw(12)
        meta_loss = meta_loss + nn.functional.mse_loss(functional_call(net, fast, (x,)), y)
    meta_loss = meta_loss / 4
    meta.zero_grad()
    meta_loss.backward()
    meta.step()
    if it % 8 == 0:
        print(it, meta_loss.item())
draw = task(gen)
fast = adapt(net, {k: v.detach().clone().requires_grad_() for k, v in net.named_parameters()}, *draw(10), 0.02, 5)
x, y = draw(50)
with torch.no_grad():
    print("adapted", nn.functional.mse_loss(functional_call(net, fast, (x,)), y).item())
