"""u'' + u = 0 on [0, 3], u(0) = 1, u'(0) = 0, learned from the equation alone."""
import torch
from torch import nn


def derivative(y, t):
    return torch.autograd.grad(y, t, grad_outputs=torch.ones_like(y), create_graph=True)[0]


class PINN(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1))

    def forward(self, t):
        return self.net(t)


torch.manual_seed(123)
pinn = PINN()
optimiser = torch.optim.Adam(pinn.parameters(), lr=5e-3)
t_boundary = torch.tensor([[0.0]], requires_grad=True)
t_test = torch.linspace(0, 3, 50).view(-1, 1)
u_exact = torch.cos(t_test)
for i in range(60):
    optimiser.zero_grad()
    u0 = pinn(t_boundary)
    loss1 = (u0 - 1).square().squeeze()
    loss2 = derivative(u0, t_boundary).square().squeeze()
    t_physics = (3 * torch.rand(40, 1)).requires_grad_(True)
    u = pinn(t_physics)
    d2u = derivative(derivative(u, t_physics), t_physics)
    loss3 = (d2u + u).square().mean()
    loss = loss1 + 0.5 * loss2 + 0.5 * loss3
    loss.backward()
    optimiser.step()
    if i % 15 == 14:
        with torch.no_grad():
            err = (pinn(t_test) - u_exact).abs().mean().item()
        print(i + 1, 'loss', loss.item(), 'error', err)
