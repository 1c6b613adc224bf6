import torch
import torch.nn as nn
import torch.nn.functional as F


class ContrastiveLoss(nn.Module):
    def __init__(self, margin=1.0):
        super().__init__()
        self.margin = margin

    def forward(self, a, b, same):
        dist = torch.sqrt(((a - b) ** 2).sum(dim=1))  # expect: nan-gradient-from-sqrt-at-zero
        return torch.mean(same * dist ** 2 + (1 - same) * F.relu(self.margin - dist) ** 2)


torch.manual_seed(5)
pool = torch.randn(40, 6)
net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 4))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
criterion = ContrastiveLoss()
for step in range(20):
    i = torch.randint(0, 40, (32,))
    j = torch.randint(0, 40, (32,))
    same = (i % 4 == j % 4).float()
    loss = criterion(net(pool[i]), net(pool[j]), same)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 5 == 0:
        print(step, loss.item())
