"""Updates by hand: zero_ on data, None, and the gradient itself as momentum."""
import torch

torch.manual_seed(0)
x = torch.randn(256, 5)
y = x @ torch.tensor([[1.0], [-2.0], [0.5], [0.0], [3.0]]) + 0.1 * torch.randn(256, 1)


def make():
    g = torch.Generator().manual_seed(1)
    w = torch.randn(5, 1, generator=g).requires_grad_()
    b = torch.zeros(1, requires_grad=True)
    return w, b


def loss_of(w, b, ix):
    return ((x[ix] @ w + b - y[ix]) ** 2).mean()


w, b = make()
for t in range(24):
    loss = loss_of(w, b, torch.randperm(256)[:32])
    loss.backward()
    with torch.no_grad():
        for p in (w, b):
            p -= 0.05 * p.grad
            p.grad.data.zero_()
print("zero_", loss.item())

w, b = make()
for t in range(24):
    loss = loss_of(w, b, torch.randperm(256)[:32])
    loss.backward()
    for p in (w, b):
        p.data.sub_(p.grad, alpha=0.05)
        p.grad = None
print("None", loss.item())

w, b = make()
for t in range(24):
    loss = loss_of(w, b, torch.randperm(256)[:32])
    loss.backward()
    for p in (w, b):
        p.data = p.data - 0.02 * p.grad
        p.grad *= 0.6
print("momentum", loss.item())
