"""Pairwise kernels on purpose: (N,1) against (M,), RankNet pairs, a sparse GP trained by marginal likelihood."""
import math

import torch
from torch import nn


class GP(nn.Module):
    def __init__(self):
        super().__init__()
        self.log_l, self.log_s, self.log_n = (nn.Parameter(torch.tensor(v)) for v in (0.0, 0.0, -1.0))

    def kernel(self, a, b):
        return self.log_s.exp() * torch.exp(-0.5 * (a[:, None] - b).pow(2) / self.log_l.exp() ** 2)

    def nll(self, x, y):
        K = self.kernel(x, x) + self.log_n.exp() * torch.eye(len(x))
        L = torch.linalg.cholesky(K)
        a = torch.cholesky_solve(y[:, None], L)[:, 0]
        return 0.5 * y @ a + L.diagonal().log().sum() + 0.5 * len(x) * math.log(2 * math.pi)


torch.manual_seed(1)
x = torch.linspace(-3, 3, 40)
y = torch.sin(2 * x) + 0.1 * torch.randn(40)
gp = GP()
opt = torch.optim.Adam(gp.parameters(), lr=0.05)
for it in range(50):
    loss = gp.nll(x, y)
    opt.zero_grad()
    loss.backward()
    opt.step()
print("gp", loss.item())

feats = torch.randn(300, 6)
grade = (feats[:, 0] + 0.3 * torch.randn(300)).mul(2).round().clamp(0, 4)
ranker = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 1))
opt = torch.optim.Adam(ranker.parameters(), lr=3e-3)
for epoch in range(4):
    for ix in torch.randperm(300).split(30):
        s, g = ranker(feats[ix]), grade[ix]
        diff = s - s.squeeze(1)
        want = torch.sign(g[:, None] - g)
        loss = (nn.functional.softplus(-diff * want) * (want != 0)).sum() / (want != 0).sum()
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("ranknet", epoch, loss.item())
