"""Physics-informed net: u'' = -sin(x), first Adam, then L-BFGS; full batch, derivatives of the input."""
import math

import torch
from torch import nn


class PINN(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 20), nn.Tanh(), nn.Linear(20, 1))

    def forward(self, x):
        return self.net(x)


def residual(model, x):
    u = model(x)
    du = torch.autograd.grad(u, x, torch.ones_like(u), create_graph=True)[0]
    d2u = torch.autograd.grad(du, x, torch.ones_like(du), create_graph=True)[0]
    return d2u + torch.sin(x)


def objective(model, xc, xb):
    return residual(model, xc).pow(2).mean() + model(xb).pow(2).mean() * 10


torch.manual_seed(0)
model = PINN()
xc = torch.linspace(0, math.pi, 64).unsqueeze(1).requires_grad_()
xb = torch.tensor([[0.0], [math.pi]])
adam = torch.optim.Adam(model.parameters(), lr=5e-3)
for it in range(60):
    adam.zero_grad()
    loss = objective(model, xc, xb)
    loss.backward()
    adam.step()
print("adam", loss.item())
lbfgs = torch.optim.LBFGS(model.parameters(), max_iter=15, history_size=10, line_search_fn="strong_wolfe")


def closure():
    lbfgs.zero_grad()
    loss = objective(model, xc, xb)
    loss.backward()
    return loss


for outer in range(3):
    print("lbfgs", outer, lbfgs.step(closure).item())
with torch.no_grad():
    x = torch.linspace(0, math.pi, 11).unsqueeze(1)
    print((model(x) - x.sin()).abs().max().item())
