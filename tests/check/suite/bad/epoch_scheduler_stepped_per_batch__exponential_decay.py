import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(6)
x = torch.randn(800, 10)
y = torch.tanh(x[:, :2].sum(1, keepdim=True))
loader = DataLoader(TensorDataset(x, y), batch_size=20, shuffle=True)
net = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
decay = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.9)
for epoch in range(5):
    for step, (xb, yb) in enumerate(loader):
        loss = nn.functional.mse_loss(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        decay.step()  # expect: epoch-scheduler-stepped-per-batch
    print(epoch, loss.item(), opt.param_groups[0]["lr"])
