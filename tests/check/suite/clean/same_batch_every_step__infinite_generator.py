import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def forever(loader):
    while True:
        yield from loader


torch.manual_seed(14)
x = torch.randn(256, 6)
y = (x[:, 0] * x[:, 1] > 0).long()
stream = forever(DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True))
net = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 2))
opt = torch.optim.AdamW(net.parameters(), lr=1e-2)
for it in range(48):
    xb, yb = next(stream)
    loss = nn.functional.cross_entropy(net(xb), yb)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 12 == 11:
        print(it + 1, loss.item())
