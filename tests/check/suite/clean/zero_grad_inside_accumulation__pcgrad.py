# gradient surgery: one backward per task, conflicting parts are projected away, then one step
import torch
from torch import nn

torch.manual_seed(51)
x = torch.randn(320, 8)
goals = [x[:, :1] + x[:, 1:2], x[:, :1] - x[:, 2:3]]
trunk = nn.Sequential(nn.Linear(8, 24), nn.ReLU())
heads = nn.ModuleList([nn.Linear(24, 1), nn.Linear(24, 1)])
params = [*trunk.parameters(), *heads.parameters()]
opt = torch.optim.Adam(params, lr=5e-3)
for epoch in range(4):
    for b in torch.randperm(320).split(32):
        flat = []
        for head, goal in zip(heads, goals):
            opt.zero_grad(set_to_none=False)
            loss = nn.functional.mse_loss(head(trunk(x[b])), goal[b])
            loss.backward()
            flat.append(torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).flatten() for p in params]))
        g1, g2 = flat
        dot = g1 @ g2
        if dot < 0:
            g1, g2 = g1 - dot / (g2 @ g2) * g2, g2 - dot / (g1 @ g1) * g1
        merged, at = g1 + g2, 0
        for p in params:
            p.grad = merged[at:at + p.numel()].view_as(p).clone()
            at += p.numel()
        opt.step()
    print(epoch, loss.item())
