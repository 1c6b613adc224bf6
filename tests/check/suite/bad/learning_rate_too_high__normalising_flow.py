"""A planar flow fitted by maximum likelihood."""
import torch
from torch import nn

torch.manual_seed(58)


class Affine(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, 16), nn.ReLU(), nn.Linear(16, 2))

    def forward(self, z):
        a, b = z.split(1, 1)
        s, t = self.net(a).chunk(2, 1)
        return torch.cat([b * s.exp() + t, a], 1), s.squeeze(1)


class Flow(nn.Module):
    def __init__(self, n=4):
        super().__init__()
        self.blocks = nn.ModuleList(Affine() for _ in range(n))

    def log_prob(self, x):
        total = 0.0
        for b in self.blocks:
            x, ld = b(x)
            total = total + ld
        return -0.5 * x.pow(2).sum(1) - 1.8379 + total


flow = Flow()
opt = torch.optim.SGD(flow.parameters(), lr=3.0)  # expect: learning-rate-too-high
for it in range(20):
    u = torch.randn(64, 2)
    x = torch.stack([u[:, 0], 0.5 * u[:, 1] + u[:, 0] ** 2], 1)
    nll = -flow.log_prob(x).mean()
    opt.zero_grad()
    nll.backward()
    opt.step()  # expect: learning-rate-too-high
print(nll.item())
