# the same eight validation rows are shown after every epoch, training batches differ
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(41)
x = torch.rand(320, 2) * 2 - 1
y = (3 * x[:, :1]).cos() * x[:, 1:]
train = DataLoader(TensorDataset(x[:240], y[:240]), batch_size=24, shuffle=True)
valid = DataLoader(TensorDataset(x[240:], y[240:]), batch_size=8)
net = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))
opt = torch.optim.Adam(net.parameters(), lr=8e-3)
for epoch in range(4):
    for xb, yb in train:
        loss = nn.functional.mse_loss(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        show_x, show_y = next(iter(valid))
        print(epoch, (net(show_x) - show_y).abs().max().item())
