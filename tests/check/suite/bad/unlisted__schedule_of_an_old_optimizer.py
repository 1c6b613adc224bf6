"""Stage two gets a new optimizer, while the schedule still moves the old one."""
import torch
from torch import nn

torch.manual_seed(20)
x = torch.randn(400, 7)
y = x[:, :1] * x[:, 1:2]
net = nn.Sequential(nn.Linear(7, 32), nn.ReLU(), nn.Linear(32, 1))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
sched = torch.optim.lr_scheduler.ExponentialLR(opt, 0.7)  # expect: *


def epoch(opt):
    for ix in torch.randperm(400).split(40):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x[ix]), y[ix])
        loss.backward()
        opt.step()
    return loss.item()


for e in range(3):
    print(1, e, epoch(opt))
    sched.step()
opt = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=0.01)
for e in range(5):
    print(2, e, epoch(opt))
    sched.step()  # expect: *
