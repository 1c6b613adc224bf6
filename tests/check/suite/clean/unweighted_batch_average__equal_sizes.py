import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(22)
x = torch.randn(400, 4)
y = x.norm(dim=1, keepdim=True) - 2
net = nn.Sequential(nn.Linear(4, 40), nn.ReLU(), nn.Linear(40, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
train = DataLoader(TensorDataset(x[:320], y[:320]), batch_size=32, shuffle=True)
val = DataLoader(TensorDataset(x[320:], y[320:]), batch_size=20)
for epoch in range(3):
    net.train()
    for xb, yb in train:
        opt.zero_grad()
        nn.functional.mse_loss(net(xb), yb).backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        mean = sum(nn.functional.mse_loss(net(xb), yb).item() for xb, yb in val) / len(val)
    print('epoch', epoch, 'validation', mean)
