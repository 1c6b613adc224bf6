import math

import torch
from torch import nn

torch.manual_seed(31)


class LoRALinear(nn.Module):
    def __init__(self, base, rank=4, alpha=8):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.a = nn.Parameter(torch.empty(rank, base.in_features))
        self.b = nn.Parameter(torch.zeros(base.out_features, rank))
        nn.init.kaiming_uniform_(self.a, a=math.sqrt(5))
        self.scale = alpha / rank

    def forward(self, x):
        return self.base(x) + self.scale * (x @ self.a.T @ self.b.T)


class ZeroResidual(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.one, self.two = nn.Linear(d, 2 * d), nn.Linear(2 * d, d)
        nn.init.zeros_(self.two.weight)
        nn.init.zeros_(self.two.bias)

    def forward(self, x):
        return x + self.two(torch.relu(self.one(x)))


head = nn.Linear(12, 3)
nn.init.zeros_(head.weight)
model = nn.Sequential(LoRALinear(nn.Linear(12, 12)), ZeroResidual(12), nn.LayerNorm(12), ZeroResidual(12), head)
optimizer = torch.optim.Adam((p for p in model.parameters() if p.requires_grad), lr=3e-3)
w = torch.randn(12, 3)
for step in range(60):
    x = torch.randn(48, 12)
    loss = nn.functional.cross_entropy(model(x), (x @ w).argmax(1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
