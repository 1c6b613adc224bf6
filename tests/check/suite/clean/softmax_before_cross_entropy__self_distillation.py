import copy, math, torch
import torch.nn.functional as F
from torch import nn


class Head(nn.Module):
    def __init__(s, i, o):
        super().__init__()
        s.mlp = nn.Sequential(nn.Linear(i, 24), nn.GELU(), nn.Linear(24, 12))
        s.last = nn.utils.parametrizations.weight_norm(nn.Linear(12, o, bias=False))

    def forward(s, x):
        return s.last(F.normalize(s.mlp(x), dim=-1))


torch.manual_seed(0)
student = nn.Sequential(nn.Linear(10, 24), nn.GELU(), Head(24, 16))
teacher = copy.deepcopy(student).requires_grad_(False)
center = torch.zeros(16)
o = torch.optim.AdamW(student.parameters(), 1e-3)
base = torch.randn(320, 10)
for e in range(3):
    for r in torch.randperm(320).split(32):
        a, b = (base[r] + 0.2 * torch.randn(32, 10) for _ in range(2))
        s1, s2 = student(a), student(b)
        with torch.no_grad():
            t1, t2 = teacher(a), teacher(b)
            p1, p2 = (F.softmax((t - center) / 0.04, -1) for t in (t1, t2))
        loss = (
            -(p1 * F.log_softmax(s2 / 0.1, -1)).sum(-1).mean() / 2
            - (p2 * F.log_softmax(s1 / 0.1, -1)).sum(-1).mean() / 2
        )
        o.zero_grad()
        loss.backward()
        o.step()
        with torch.no_grad():
            center = 0.9 * center + 0.1 * torch.cat([t1, t2]).mean(0)
            for s, t in zip(student.parameters(), teacher.parameters()):
                t.mul_(0.99).add_(s, alpha=0.01)
    print(e, loss.item())
