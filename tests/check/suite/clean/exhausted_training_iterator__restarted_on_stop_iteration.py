import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(16)
x = torch.randn(190, 7)
y = (x[:, 1] > x[:, 2]).long()
loader = DataLoader(TensorDataset(x, y), batch_size=19, shuffle=True)
it = iter(loader)
net = nn.Sequential(nn.Linear(7, 20), nn.ReLU(), nn.Linear(20, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for step in range(36):
    try:
        xb, yb = next(it)
    except StopIteration:
        it = iter(loader)
        xb, yb = next(it)
    loss = nn.functional.cross_entropy(net(xb), yb)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 12 == 11:
        print("step", step + 1, "loss", loss.item())
