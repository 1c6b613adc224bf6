"""LoRA on a frozen network with BatchNorm kept in eval through an overridden train()."""
import math

import torch
from torch import nn


class LoRA(nn.Module):
    def __init__(self, base, rank=2, alpha=4):
        super().__init__()
        self.base = base
        for p in base.parameters():
            p.requires_grad_(False)
        self.a = nn.Parameter(torch.empty(rank, base.in_features))
        self.b = nn.Parameter(torch.zeros(base.out_features, rank))
        self.scale = alpha / rank
        nn.init.kaiming_uniform_(self.a, a=math.sqrt(5))

    def forward(self, x):
        return self.base(x) + self.scale * (x @ self.a.T @ self.b.T)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f1, self.bn, self.f2, self.head = nn.Linear(7, 24), nn.BatchNorm1d(24), nn.Linear(24, 24), nn.Linear(24, 3)
        self.frozen = False

    def train(self, mode=True):
        super().train(mode)
        if self.frozen:
            self.bn.eval()
        return self

    def forward(self, x):
        return self.head(torch.relu(self.f2(torch.relu(self.bn(self.f1(x))))))

    def adapt(self):
        self.frozen = True
        for p in self.parameters():
            p.requires_grad_(False)
        self.f1, self.f2 = LoRA(self.f1), LoRA(self.f2)
        self.head.requires_grad_(True)


def data(n, shift, gen):
    x = torch.randn(n, 7, generator=gen)
    return x, (x[:, :3] + shift * x[:, 3:6]).argmax(1)


def run(net, opt, shift, steps, gen):
    net.train()
    for _ in range(steps):
        x, y = data(40, shift, gen)
        opt.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(net(x), y)
        loss.backward()
        opt.step()
    net.eval()
    with torch.inference_mode():
        x, y = data(200, shift, gen)
        return (net(x).argmax(-1) == y).float().mean().item()


torch.manual_seed(87)
gen = torch.Generator().manual_seed(1)
net = Net()
print("base", run(net, torch.optim.Adam(net.parameters(), 1e-2), 0.0, 20, gen))
net.adapt()
opt = torch.optim.Adam([p for p in net.parameters() if p.requires_grad], 5e-3)
print("lora", run(net, opt, 1.0, 20, gen))
