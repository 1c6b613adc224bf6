import torch
from torch import nn
from torch.optim.lr_scheduler import ReduceLROnPlateau
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(4)
x = torch.randn(500, 8)
y = torch.sin(x[:, :1]) + x[:, 1:2]
train = DataLoader(TensorDataset(x[:400], y[:400]), batch_size=40, shuffle=True)
net = nn.Sequential(nn.Linear(8, 48), nn.ReLU(), nn.Linear(48, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
sched = ReduceLROnPlateau(opt, mode="max", patience=2, factor=0.5)  # expect: plateau-scheduler-wrong-mode
for epoch in range(15):
    for xb, yb in train:
        opt.zero_grad()
        nn.functional.mse_loss(net(xb), yb).backward()
        opt.step()
    with torch.no_grad():
        val = nn.functional.mse_loss(net(x[400:]), y[400:])
    sched.step(val)  # expect: plateau-scheduler-wrong-mode
    print(epoch, val.item(), sched.get_last_lr())
