# Learns a metric from all pairs of a batch, and a kernel mean between two sets.
import torch
from torch import nn

torch.manual_seed(26)
truth = torch.diag(torch.tensor([3.0, 1.0, 0.2, 0.0, 0.0]))
net = nn.Linear(5, 4, bias=False)
scale = nn.Parameter(torch.ones(1))
opt = torch.optim.Adam([{"params": net.parameters()}, {"params": [scale], "lr": 1e-2}], lr=5e-3)


def pairs(z):
    return (z.unsqueeze(0) - z.unsqueeze(1)).abs().sum(-1)


def mmd(a, b, width=1.0):
    def k(u, v):
        return torch.exp(-((u[:, None] - v[None]) ** 2).sum(-1) / (2 * width))

    return k(a, a).mean() + k(b, b).mean() - 2 * k(a, b).mean()


for step in range(60):
    x = torch.randn(24, 5)
    wanted = pairs(x @ truth)
    got = scale * pairs(net(x))
    reg = mmd(net(x), torch.randn(20, 4))
    off = ~torch.eye(24, dtype=torch.bool)
    loss = nn.functional.huber_loss(got[off], wanted[off]) + 0.1 * reg
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 20 == 0:
        print(step, loss.item())
