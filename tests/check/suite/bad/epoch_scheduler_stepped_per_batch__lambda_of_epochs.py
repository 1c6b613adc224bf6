"""A LambdaLR that counts epochs, moved by every batch."""
import torch
from torch import nn

EPOCHS = 5


def decay(epoch):
    return max(0.0, 1.0 - epoch / EPOCHS)


torch.manual_seed(3)
x = torch.randn(400, 6)
y = x[:, :1] * 2
net = nn.Linear(6, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.05)
sched = torch.optim.lr_scheduler.LambdaLR(opt, decay)  # expect: epoch-scheduler-stepped-per-batch
for epoch in range(EPOCHS):
    for ix in torch.randperm(400).split(20):
        loss = nn.functional.mse_loss(net(x[ix]), y[ix])
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()  # expect: epoch-scheduler-stepped-per-batch
    print(epoch, loss.item())
