"""Top-1 mixture of experts with a balancing loss, a router of its own and rarely used experts."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint


class MoE(nn.Module):
    def __init__(self, d=16, k=6):
        super().__init__()
        self.gate = nn.Linear(d, k)
        self.experts = nn.ModuleList(nn.Sequential(nn.Linear(d, 32), nn.GELU(), nn.Linear(32, d)) for _ in range(k))

    def forward(self, x):
        p = self.gate(x).softmax(-1)
        w, ix = p.max(-1)
        out = torch.zeros_like(x)
        for e, expert in enumerate(self.experts):
            rows = (ix == e).nonzero().squeeze(1)
            if rows.numel():
                out = out.index_add(0, rows, expert(x[rows]) * w[rows, None])
        load = F.one_hot(ix, p.size(1)).float().mean(0)
        return out, (load * p.mean(0)).sum() * p.size(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inp = nn.Linear(8, 16)
        self.moe = nn.ModuleList([MoE(), MoE()])
        self.norm = nn.LayerNorm(16)
        self.out = nn.Linear(16, 4)

    def forward(self, x):
        h, balance = self.inp(x), 0.0
        for layer in self.moe:
            y, b = checkpoint(layer, self.norm(h), use_reentrant=False)
            h, balance = h + y, balance + b
        return self.out(h), balance


torch.manual_seed(33)
x = torch.randn(480, 8)
y = ((x[:, 0] > 0).long() * 2 + (x[:, 1] * x[:, 2] > 0).long())
net = Net()
opt = torch.optim.AdamW(net.parameters(), lr=3e-3)
warm = torch.optim.lr_scheduler.LinearLR(opt, start_factor=1e-3, total_iters=10)
for epoch in range(4):
    for ix in torch.randperm(480).split(32):
        logits, balance = net(x[ix])
        loss = F.cross_entropy(logits, y[ix]) + 0.01 * balance
        opt.zero_grad()
        loss.backward()
        opt.step()
        warm.step()
    print(epoch, loss.item(), float(balance))
