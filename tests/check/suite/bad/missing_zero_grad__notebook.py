import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(3)

# two half moons, sort of
n = 300
t = torch.rand(n) * 3.1416
upper = torch.stack([torch.cos(t), torch.sin(t)], 1)
lower = torch.stack([1 - torch.cos(t), 0.5 - torch.sin(t)], 1)
X = torch.cat([upper, lower]) + 0.1 * torch.randn(2 * n, 2)
y = torch.cat([torch.zeros(n), torch.ones(n)]).long()

net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
opt = torch.optim.SGD(net.parameters(), lr=0.05)

for epoch in range(5):
    perm = torch.randperm(len(X))
    for i in range(0, len(X), 60):
        idx = perm[i:i + 60]
        out = net(X[idx])
        loss = F.cross_entropy(out, y[idx])
        loss.backward()  # expect: missing-zero-grad
        opt.step()  # expect: missing-zero-grad
    with torch.no_grad():
        acc = (net(X).argmax(1) == y).float().mean().item()
    print(f'epoch {epoch} acc {acc:.3f}')
