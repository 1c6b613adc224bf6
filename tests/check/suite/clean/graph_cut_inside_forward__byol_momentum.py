import copy

import torch
import torch.nn.functional as F
from torch import nn


class BYOL(nn.Module):
    def __init__(self, d=16):
        super().__init__()
        self.online = nn.Sequential(nn.Linear(d, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 16))
        self.predictor = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 16))
        self.target = copy.deepcopy(self.online)
        for p in self.target.parameters():
            p.requires_grad_(False)

    @torch.no_grad()
    def move(self, m=0.98):
        for a, b in zip(self.target.parameters(), self.online.parameters()):
            a.mul_(m).add_(b, alpha=1 - m)

    def forward(self, one, two):
        p1, p2 = self.predictor(self.online(one)), self.predictor(self.online(two))
        with torch.no_grad():
            z1, z2 = self.target(one), self.target(two)
        return 4 - 2 * F.cosine_similarity(p1, z2).mean() - 2 * F.cosine_similarity(p2, z1).mean()


torch.manual_seed(24)
data = torch.randn(512, 4) @ torch.randn(4, 16)
model = BYOL()
optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-3)
for epoch in range(3):
    for i in torch.randperm(512).split(64):
        x = data[i]
        loss = model(x + 0.2 * torch.randn_like(x), x + 0.2 * torch.randn_like(x))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        model.move()
    print(epoch, loss.item())
