import torch
from torch import nn

torch.manual_seed(13)
x = torch.randn(256, 3)
y = x @ torch.tensor([[1.0], [-2.0], [0.5]])
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.3)
sched = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.9)
for epoch in range(120):
    for i in torch.randperm(256).split(128):
        loss = nn.functional.mse_loss(net(x[i]), y[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
    sched.step()
print(loss.item(), sched.get_last_lr())
