import torch
import torch.nn.functional as F
from torch import nn


def train_step(net, x, y, lr=1e-3):
    opt = torch.optim.Adam(net.parameters(), lr=lr)  # expect: *
    opt.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    opt.step()
    return loss.item()


torch.manual_seed(9)
ids = torch.randint(0, 30, (320, 6))
y = (ids[:, 0] + ids[:, 1] > 29).long()
net = nn.Sequential(nn.Embedding(30, 12), nn.Flatten(), nn.Linear(72, 2))
for epoch in range(3):
    for b in torch.randperm(320).split(32):
        value = train_step(net, ids[b], y[b])
    print(epoch, value)
