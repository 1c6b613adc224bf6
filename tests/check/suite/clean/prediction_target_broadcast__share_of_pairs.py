"""Supervised contrastive learning: masks of equal labels, and their share; hits are counted with equal shapes."""
import torch
from torch import nn


def supcon(z, y, t=0.2):
    column = y.contiguous().view(-1, 1)
    mask = torch.eq(column, y).float()
    share = mask.mean()
    mask = mask - torch.eye(len(y))
    logits = z @ z.t() / t - 1e9 * torch.eye(len(y))
    lp = logits.log_softmax(1)
    return -((mask * lp).sum(1) / mask.sum(1).clamp_min(1)).mean(), share


torch.manual_seed(0)
centres = torch.randn(4, 10)
net = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 8))
probe = nn.Linear(8, 1)
opt = torch.optim.Adam([*net.parameters(), *probe.parameters()], lr=2e-3)
for step in range(30):
    y = torch.randint(0, 4, (32,))
    x = centres[y] + 0.5 * torch.randn(32, 10)
    z = nn.functional.normalize(net(x))
    con, share = supcon(z, y)
    logit = probe(z)
    truth = (y > 1).float().unsqueeze(1)
    loss = con + nn.functional.binary_cross_entropy_with_logits(logit, truth)
    opt.zero_grad()
    loss.backward()
    opt.step()
with torch.no_grad():
    z = nn.functional.normalize(net(x))
    hits = ((probe(z) > 0) == (truth > 0.5)).float().mean()
    near = (z @ z.t() - 2 * torch.eye(32)).argmax(1)
    print(loss.item(), share.item(), hits.item(), (y[near] == y).float().mean().item())
