import torch
from torch import nn
import torch.nn.functional as F


def pairwise(z, eps=1e-8):
    sq = (z.unsqueeze(0) - z.unsqueeze(1)).pow(2).sum(-1)
    return torch.sqrt(sq + eps)


def batch_all_triplet(z, y, margin=0.5):
    d = pairwise(z)
    same = y.unsqueeze(0) == y.unsqueeze(1)
    pos = (d * same).max(1).values
    neg = (d + 1e3 * same).min(1).values
    return F.relu(pos - neg + margin).mean()


torch.manual_seed(9)
centre = torch.randn(6, 10)
y = torch.arange(6).repeat_interleave(40)
x = centre[y] + 0.7 * torch.randn(240, 10)
net = nn.Sequential(nn.Linear(10, 24), nn.ReLU(), nn.Linear(24, 5))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(3):
    for b in torch.randperm(240).split(48):
        loss = batch_all_triplet(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
