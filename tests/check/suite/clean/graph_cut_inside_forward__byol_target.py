"""BYOL with a momentum target network inside the module."""

import copy

import torch
import torch.nn.functional as F
from torch import nn


class BYOL(nn.Module):
    def __init__(self, inputs=12, width=16):
        super().__init__()
        self.online = nn.Sequential(nn.Linear(inputs, 32), nn.ReLU(), nn.Linear(32, width))
        self.predictor = nn.Sequential(nn.Linear(width, 32), nn.ReLU(), nn.Linear(32, width))
        self.target = copy.deepcopy(self.online)

    def forward(self, one, two):
        p1, p2 = self.predictor(self.online(one)), self.predictor(self.online(two))
        with torch.no_grad():
            t1, t2 = self.target(one), self.target(two)
        return 2 - F.cosine_similarity(p1, t2).mean() - F.cosine_similarity(p2, t1).mean()

    @torch.no_grad()
    def move_target(self, momentum=0.98):
        for p, q in zip(self.online.parameters(), self.target.parameters()):
            q.lerp_(p, 1 - momentum)


torch.manual_seed(86)
data = torch.randn(4, 12)[torch.arange(256) % 4] + 0.3 * torch.randn(256, 12)
model = BYOL()
optimizer = torch.optim.Adam([*model.online.parameters(), *model.predictor.parameters()], lr=2e-3)
for epoch in range(5):
    for rows in torch.randperm(256).split(32):
        one, two = (data[rows] + 0.1 * torch.randn(len(rows), 12) for _ in range(2))
        optimizer.zero_grad()
        loss = model(one, two)
        loss.backward()
        optimizer.step()
        model.move_target()
    print(epoch, loss.item())
