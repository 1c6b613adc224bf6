import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(20)
x = torch.randn(270, 4)
y = (x[:, 0] ** 2 > 0.6).long()
loader = DataLoader(TensorDataset(x, y), batch_size=27, shuffle=True)
net = nn.Sequential(nn.Linear(4, 20), nn.ReLU(), nn.Linear(20, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(4):
    torch.manual_seed(1000 + epoch)
    for xb, yb in loader:
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(xb), yb)
        loss.backward()
        opt.step()
    print(epoch, loss.item())
