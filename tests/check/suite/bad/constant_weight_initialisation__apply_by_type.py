"""Physics-informed network for u'' = -sin(x)."""
import math

import torch
from torch import nn

torch.manual_seed(48)


def init(m):
    match m:
        case nn.Linear():
            m.weight.data.fill_(1.0 / m.in_features)  # expect: constant-weight-initialisation
            m.bias.data.zero_()


def derivative(u, x):
    return torch.autograd.grad(u.sum(), x, create_graph=True)[0]


net = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 20), nn.Tanh(), nn.Linear(20, 1))
net.apply(init)  # expect: constant-weight-initialisation
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)  # expect: constant-weight-initialisation
edge = torch.tensor([[0.0], [math.pi]])
for i in range(25):
    x = (torch.rand(64, 1) * math.pi).requires_grad_()
    u = net(x)
    residual = derivative(derivative(u, x), x) + torch.sin(x)
    loss = residual.pow(2).mean() + net(edge).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()  # expect: constant-weight-initialisation
print(loss.item())
