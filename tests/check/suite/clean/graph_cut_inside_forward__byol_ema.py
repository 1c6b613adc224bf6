"""BYOL on vectors: stop-gradient targets, an averaged copy, a cosine rate with warm-up from zero."""
import copy
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def mlp(i, h, o):
    return nn.Sequential(nn.Linear(i, h), nn.BatchNorm1d(h), nn.ReLU(inplace=True), nn.Linear(h, o))


class BYOL(nn.Module):
    def __init__(self, dim=16, proj=12):
        super().__init__()
        self.online = nn.Sequential(mlp(dim, 32, 24), mlp(24, 32, proj))
        self.predictor = mlp(proj, 16, proj)
        self.target = copy.deepcopy(self.online)
        for p in self.target.parameters():
            p.requires_grad = False

    @torch.no_grad()
    def momentum_update(self, m):
        for a, b in zip(self.online.parameters(), self.target.parameters()):
            b.data = b.data * m + a.data * (1.0 - m)

    def forward(self, v1, v2):
        p1, p2 = self.predictor(self.online(v1)), self.predictor(self.online(v2))
        with torch.no_grad():
            t1, t2 = self.target(v1), self.target(v2)
        return -(F.cosine_similarity(p1, t2.detach()).mean() + F.cosine_similarity(p2, t1.detach()).mean()) / 2


def rate(step, total, warm=8):
    if step < warm:
        return step / warm
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / (total - warm)))


def augment(x):
    return x * (1 + 0.2 * torch.randn(len(x), 1)) + 0.1 * torch.randn_like(x)


torch.manual_seed(8)
data = torch.randn(8, 16)[torch.randint(0, 8, (512,))] + 0.3 * torch.randn(512, 16)
model = BYOL()
total = 48
opt = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1, momentum=0.9, weight_decay=1e-4)
sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: rate(s, total))
step = 0
while step < total:
    for ix in torch.randperm(512).split(64):
        loss = model(augment(data[ix]), augment(data[ix]))
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        sched.step()
        model.momentum_update(1 - 0.01 * (math.cos(math.pi * step / total) + 1) / 2)
        step += 1
    print(step, loss.item())
model.eval()
with torch.no_grad():
    z = model.online[0](data)
print(z.std(0).mean().item())
