"""Two fits: L-BFGS with a closure, then SGD with gradients set to None by hand."""
import torch
from torch import nn

torch.manual_seed(2)
x = torch.linspace(-3, 3, 120)[:, None]
y = torch.sin(x) + 0.05 * torch.randn_like(x)


def fresh():
    return nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))


def fit_lbfgs(model):
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=8, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        return loss

    for _ in range(8):
        loss = optimizer.step(closure)
    return loss.item()


def fit_sgd(model):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for _ in range(80):
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        for p in model.parameters():
            p.grad = None
    return loss.item()


print("lbfgs", fit_lbfgs(fresh()))
print("sgd", fit_sgd(fresh()))
