import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(18)
x = torch.randn(40, 3)
y = x.mean(1, keepdim=True)
loader = DataLoader(TensorDataset(x, y), batch_size=64, shuffle=True, drop_last=False)
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.2)
for epoch in range(12):
    for xb, yb in loader:
        loss = nn.functional.mse_loss(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 4 == 3:
        print(epoch + 1, loss.item())
