"""Self-supervised BYOL, then a linear probe on frozen features."""
import copy
import math

import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(86)


def mlp(*sizes):
    layers = []
    for i, o in zip(sizes, sizes[1:]):
        layers += [nn.Linear(i, o), nn.BatchNorm1d(o), nn.ReLU()]
    return nn.Sequential(*layers[:-2])


class BYOL(nn.Module):
    def __init__(self):
        super().__init__()
        self.online = mlp(10, 32, 16)
        self.predictor = mlp(16, 16, 16)
        self.target = copy.deepcopy(self.online).requires_grad_(False)

    def forward(self, a, b):
        with torch.no_grad():
            ta, tb = self.target(a), self.target(b)
        pa, pb = self.predictor(self.online(a)), self.predictor(self.online(b))
        return 4 - 2 * (F.cosine_similarity(pa, tb).mean() + F.cosine_similarity(pb, ta).mean())

    @torch.no_grad()
    def move(self, tau):
        for o, t in zip(self.online.parameters(), self.target.parameters()):
            t.lerp_(o, 1 - tau)


means = torch.randn(3, 10) * 1.5
y = torch.randint(0, 3, (300,))
x = means[y] + 0.6 * torch.randn(300, 10)


def views(b):
    return b + 0.2 * torch.randn_like(b), b + 0.2 * torch.randn_like(b)


model = BYOL()
opt = torch.optim.SGD([*model.online.parameters(), *model.predictor.parameters()], lr=0.05, momentum=0.9)
steps = 40
for step in range(steps):
    opt.param_groups[0]["lr"] = 0.05 * min(1, step / 8) * 0.5 * (1 + math.cos(math.pi * step / steps))
    loss = model(*views(x[torch.randint(0, 240, (64,))]))
    opt.zero_grad()
    loss.backward()
    opt.step()
    model.move(1 - 0.04 * (math.cos(math.pi * step / steps) + 1) / 2)

model.eval()
with torch.no_grad():
    h = model.online(x)
probe = nn.Linear(16, 3)
popt = torch.optim.LBFGS(probe.parameters(), max_iter=15)


def closure():
    popt.zero_grad()
    value = F.cross_entropy(probe(h[:240]), y[:240])
    value.backward()
    return value


popt.step(closure)
with torch.no_grad():
    print((probe(h[240:]).argmax(1) == y[240:]).float().mean().item())
