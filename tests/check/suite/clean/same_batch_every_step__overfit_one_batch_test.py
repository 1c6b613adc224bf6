# sanity check: the network must be able to learn one batch by heart, then real training starts
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)
x = torch.randn(240, 8)
y = (x[:, 0] > 0).long()
loader = DataLoader(TensorDataset(x, y), batch_size=24, shuffle=True)


def build():
    net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))
    return net, torch.optim.Adam(net.parameters(), lr=1e-2)


net, opt = build()
one_x, one_y = next(iter(loader))
for _ in range(25):
    loss = nn.functional.cross_entropy(net(one_x), one_y)
    opt.zero_grad()
    loss.backward()
    opt.step()
print("one batch", loss.item())

net, opt = build()
for epoch in range(3):
    for xb, yb in loader:
        loss = nn.functional.cross_entropy(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
