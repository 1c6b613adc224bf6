import torch
import torch.nn.functional as F


def task():
    a, p = torch.rand(1) * 2 + 0.5, torch.rand(1) * 3
    x = torch.rand(20, 1) * 6 - 3
    return x, a * torch.sin(x + p)


def forward(w, x):
    h = torch.tanh(x @ w[0] + w[1])
    return h @ w[2] + w[3]


torch.manual_seed(20)
weights = [torch.randn(1, 20) * 0.7, torch.zeros(20), torch.randn(20, 1) * 0.2, torch.zeros(1)]
weights = [w.requires_grad_() for w in weights]
meta = torch.optim.Adam(weights, lr=5e-3)
for it in range(12):
    meta_loss = 0.0
    for _ in range(4):
        x, y = task()
        inner = F.mse_loss(forward(weights, x[:10]), y[:10])
        grads = torch.autograd.grad(inner, weights, create_graph=True)
        fast = [w - 0.05 * g for w, g in zip(weights, grads)]
        meta_loss = meta_loss + F.mse_loss(forward(fast, x[10:]), y[10:])
    meta_loss = meta_loss / 4
    meta.zero_grad()
    meta_loss.backward()
    meta.step()
    if it % 4 == 3:
        print(it + 1, meta_loss.item())
