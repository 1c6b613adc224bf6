"""update() as a pure function, the JAX way; the optimizer's state does not survive."""
import torch
from torch import nn


def loss_fn(net, batch):
    x, y = batch
    return nn.functional.mse_loss(net(x), y)


def update(net, batch, lr=1e-3):
    opt = torch.optim.Adam(net.parameters(), lr=lr)  # expect: *
    loss = loss_fn(net, batch)
    loss.backward()
    opt.step()  # expect: *
    opt.zero_grad()
    return loss.item()


torch.manual_seed(0)
x = torch.randn(500, 8)
y = x[:, :1].sin() + x[:, 1:2]
net = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1))
for epoch in range(5):
    losses = [update(net, (x[ix], y[ix])) for ix in torch.randperm(500).split(50)]  # expect: *
    print(epoch, sum(losses) / len(losses))
