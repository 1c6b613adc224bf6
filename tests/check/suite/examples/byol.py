import copy
import math

import torch
import torch.nn.functional as F
from torch import nn


def mlp(d, hidden, out):
    return nn.Sequential(nn.Linear(d, hidden), nn.BatchNorm1d(hidden), nn.ReLU(inplace=True), nn.Linear(hidden, out))


def set_requires_grad(model, val):
    for p in model.parameters():
        p.requires_grad = val


class EMA:
    def __init__(self, beta):
        self.beta = beta

    def update_average(self, old, new):
        return new if old is None else old * self.beta + (1 - self.beta) * new


class BYOL(nn.Module):
    def __init__(self, backbone, dim, hidden=32, out=16, decay=0.97):
        super().__init__()
        self.online_encoder = nn.Sequential(backbone, mlp(dim, hidden, out))
        self.online_predictor = mlp(out, hidden, out)
        self.target_encoder = copy.deepcopy(self.online_encoder)
        set_requires_grad(self.target_encoder, False)
        self.ema = EMA(decay)

    def update_moving_average(self):
        for cur, ma in zip(self.online_encoder.parameters(), self.target_encoder.parameters()):
            ma.data = self.ema.update_average(ma.data, cur.data)

    def forward(self, one, two):
        p1, p2 = self.online_predictor(self.online_encoder(one)), self.online_predictor(self.online_encoder(two))
        with torch.no_grad():
            t1, t2 = self.target_encoder(one).detach(), self.target_encoder(two).detach()
        sim = F.cosine_similarity(p1, t2, dim=-1) + F.cosine_similarity(p2, t1, dim=-1)
        return (4 - 2 * sim).mean()


torch.manual_seed(33)
x = torch.randn(5, 12)[torch.randint(0, 5, (320,))] * 2 + 0.5 * torch.randn(320, 12)
backbone = nn.Sequential(nn.Linear(12, 24), nn.ReLU())
learner = BYOL(backbone, 24)
opt = torch.optim.Adam([p for p in learner.parameters() if p.requires_grad], lr=3e-3)


def augment(v):
    return v + 0.3 * torch.randn_like(v)


for epoch in range(4):
    learner.train()
    total = 0.0
    for b in torch.randperm(320).split(64):
        loss = learner(augment(x[b]), augment(x[b]))
        opt.zero_grad()
        loss.backward()
        opt.step()
        learner.update_moving_average()
        total += loss.item() / math.ceil(320 / 64)
    print(epoch, round(total, 4))
