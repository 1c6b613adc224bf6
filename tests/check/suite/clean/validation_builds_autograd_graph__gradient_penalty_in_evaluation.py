# how smooth is the critic on held-out points? a gradient penalty is computed in evaluation too
import torch
from torch import nn


def penalty(f, x, create_graph):
    x = x.detach().requires_grad_(True)
    g = torch.autograd.grad(f(x).sum(), x, create_graph=create_graph)[0]
    return (g.norm(dim=1) - 1).pow(2).mean()


torch.manual_seed(24)
a, b = torch.randn(300, 2), torch.randn(300, 2) + torch.tensor([2.0, 0.0])
f = nn.Sequential(nn.Linear(2, 32), nn.Softplus(), nn.Linear(32, 1))
opt = torch.optim.Adam(f.parameters(), lr=5e-3)
for epoch in range(3):
    for i in torch.randperm(240).split(40):
        loss = f(a[i]).mean() - f(b[i]).mean() + penalty(f, torch.cat([a[i], b[i]]), True)
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        gap = (f(b[240:]).mean() - f(a[240:]).mean()).item()
    print(epoch, "gap", gap, "held-out penalty", penalty(f, torch.cat([a[240:], b[240:]]), False).item())
