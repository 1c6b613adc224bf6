# the scale of the loss is halved whenever a step overflows, and doubled now and then
import torch
from torch import nn

torch.manual_seed(9)
net = nn.Linear(8, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.01)
x = torch.randn(128, 8)
y = x @ torch.ones(8, 1)
scale = 2.0**127
for step in range(40):
    loss = nn.functional.mse_loss(net(x), y)
    opt.zero_grad()
    (loss * scale).backward()
    grads = [p.grad for p in net.parameters()]
    if all(torch.isfinite(g).all() for g in grads):
        for g in grads:
            g /= scale
        opt.step()
    else:
        scale /= 2
