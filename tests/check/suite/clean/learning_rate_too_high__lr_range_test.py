# the rate is raised until the loss explodes, on a copy; training then takes a tenth of it
import copy
import torch
from torch import nn


def lr_find(net, x, y, start=1e-4, end=10.0, num=30):
    net = copy.deepcopy(net)
    opt = torch.optim.SGD(net.parameters(), lr=start)
    best, best_lr = float("inf"), start
    for i in range(num):
        lr = start * (end / start) ** (i / (num - 1))
        opt.param_groups[0]["lr"] = lr
        b = torch.randint(0, len(x), (32,))
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        if loss.item() > 4 * best:
            break
        if loss.item() < best:
            best, best_lr = loss.item(), lr
        opt.zero_grad()
        loss.backward()
        opt.step()
    return best_lr / 10


torch.manual_seed(4)
x = torch.randn(320, 5)
y = x[:, :1] * 2 - x[:, 1:2]
net = nn.Sequential(nn.Linear(5, 24), nn.Tanh(), nn.Linear(24, 1))
lr = lr_find(net, x, y)
print("suggested", lr)
opt = torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9)
for epoch in range(4):
    for b in torch.randperm(320).split(32):
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
