import torch
from torch import nn

torch.manual_seed(11)


def pairwise(z, eps=1e-12):
    gram = z @ z.T
    square = gram.diag()
    d2 = (square[:, None] + square[None] - 2 * gram).clamp_min(0.0)
    zero = d2 < eps
    return torch.where(zero, torch.zeros_like(d2), torch.sqrt(torch.where(zero, torch.ones_like(d2), d2)))


def batch_hard_triplet(z, y, margin=0.5):
    d = pairwise(z)
    same = y[:, None] == y[None]
    positive = (d * same).amax(1)
    negative = d.masked_fill(same, float("inf")).amin(1)
    return torch.relu(positive - negative + margin).mean()


net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 4))
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
means = torch.randn(5, 8) * 2
for step in range(50):
    y = torch.arange(5).repeat_interleave(6)
    x = means[y] + torch.randn(30, 8)
    loss = batch_hard_triplet(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
