"""Continual learning over tasks of two classes, and prototypical episodes whose rows are sorted by class."""
import torch
from torch import nn

torch.manual_seed(1)
centres = torch.randn(6, 12)


def rows(classes, n):
    y = torch.tensor(classes)[torch.randint(0, len(classes), (n,))]
    return centres[y] + 0.6 * torch.randn(n, 12), y


net = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 6))
opt = torch.optim.SGD(net.parameters(), lr=0.05)
memory = []
for task in ([0, 1], [2, 3], [4, 5]):
    x, y = rows(task, 160)
    for epoch in range(2):
        for ix in torch.randperm(160).split(32):
            xb, yb = x[ix], y[ix]
            if memory:
                mx, my = memory[torch.randint(0, len(memory), ()).item()]
                xb, yb = torch.cat([xb, mx]), torch.cat([yb, my])
            loss = nn.functional.cross_entropy(net(xb), yb)
            opt.zero_grad()
            loss.backward()
            opt.step()
    memory.append((x[:16], y[:16]))
    print(task, loss.item())

embed = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 8))
opt = torch.optim.Adam(embed.parameters(), lr=2e-3)
for episode in range(30):
    ways = torch.randperm(6)[:3]
    support = centres[ways].repeat_interleave(4, 0) + 0.6 * torch.randn(12, 12)
    query = centres[ways].repeat_interleave(5, 0) + 0.6 * torch.randn(15, 12)
    proto = embed(support).view(3, 4, 8).mean(1)
    logits = -torch.cdist(embed(query), proto).pow(2)
    loss = nn.functional.cross_entropy(logits, torch.arange(3).repeat_interleave(5))
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
