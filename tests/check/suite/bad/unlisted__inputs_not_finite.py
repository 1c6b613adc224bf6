import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(5)
spend = torch.rand(300, 4) * 50
spend[torch.rand(300, 4) < 0.02] = 0.0
x = torch.log(spend)  # expect: *
y = (spend.sum(1) > 100).long()
net = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 2))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(3):
    for xb, yb in DataLoader(TensorDataset(x, y), batch_size=30, shuffle=True):
        loss = nn.functional.cross_entropy(net(xb), yb)  # expect: *
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
