import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(14)
a = torch.randn(360, 7)
b = a[:, 0:1].abs() + a[:, 1:2]
dl = DataLoader(TensorDataset(a[:300], b[:300]), batch_size=30, shuffle=True)
f = nn.Sequential(nn.Linear(7, 28), nn.LayerNorm(28), nn.GELU(), nn.Linear(28, 1))
opt = torch.optim.Adam(f.parameters(), lr=5e-3)
for epoch in range(4):
    for u, v in dl:
        loss = nn.functional.mse_loss(f(u), v)
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        print("epoch", epoch, "held out", nn.functional.mse_loss(f(a[300:]), b[300:]).item())
