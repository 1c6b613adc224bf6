import math

import torch

torch.manual_seed(0)


def make_wave(n):
    x = torch.rand(n, 1) * 2 * math.pi
    return x, torch.sin(x) + 0.05 * torch.randn(n, 1)


x, y = make_wave(150)
model = torch.nn.Sequential(torch.nn.Linear(1, 12), torch.nn.Tanh(), torch.nn.Linear(12, 1))
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=6, line_search_fn='strong_wolfe')


def closure():
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(x), y)
    loss.backward()
    return loss


for it in range(8):
    loss = optimizer.step(closure)
    print(it, '%.5f' % loss.item())
