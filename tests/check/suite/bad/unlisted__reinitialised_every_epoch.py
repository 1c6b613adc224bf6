import torch
from torch import nn


def init(m):
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
        nn.init.zeros_(m.bias)


def train_epoch(net, opt, x, y):
    net.train()
    net.apply(init)  # expect: *
    for b in torch.randperm(len(x)).split(32):
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    return loss.item()


torch.manual_seed(8)
x = torch.rand(320, 2) * 2 - 1
y = (x[:, :1] * 3).sin() + x[:, 1:]
net = nn.Sequential(nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 1))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(4):
    print('epoch', epoch, train_epoch(net, opt, x, y))
