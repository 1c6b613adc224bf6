import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(18)
x = torch.randn(480, 6)
y = (x[:, 0] > 0.5 * torch.randn(480)).long()
train = DataLoader(TensorDataset(x[:320], y[:320]), batch_size=32, shuffle=True)
val = DataLoader(TensorDataset(x[320:], y[320:]), batch_size=16)
net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 2))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)


def validate():
    net.eval()
    with torch.no_grad():
        for xb, yb in val:
            acc = (net(xb).argmax(1) == yb).float().mean().item()  # expect: *
            return acc  # expect: *


for epoch in range(4):
    net.train()
    for xb, yb in train:
        opt.zero_grad()
        nn.functional.cross_entropy(net(xb), yb).backward()
        opt.step()
    print(epoch, validate())
