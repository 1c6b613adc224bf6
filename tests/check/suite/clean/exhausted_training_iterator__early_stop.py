import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(2)
x = torch.randn(260, 4)
y = x[:, :1] + 1
loader = DataLoader(TensorDataset(x[:200], y[:200]), batch_size=20, shuffle=True)
net = nn.Linear(4, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
stopped = False
for epoch in range(8):
    if stopped:
        print(epoch, 'nothing to do')
        continue
    for xb, yb in loader:
        loss = nn.functional.mse_loss(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        v = nn.functional.mse_loss(net(x[200:]), y[200:]).item()
    stopped = v < 1e-4
    print(epoch, v)
