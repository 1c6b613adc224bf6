import torch
from torch import nn


def train(net, x, y, steps):
    opt = torch.optim.AdamW(net.parameters(), lr=5e-3)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=steps)
    for step in range(steps):
        b = torch.randint(0, len(x), (32,))
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        sched.step()  # expect: scheduler-stepped-before-optimizer
        opt.step()
        if step % 10 == 0:
            print(step, loss.item(), sched.get_last_lr()[0])


torch.manual_seed(16)
x = torch.randn(300, 5)
train(nn.Sequential(nn.Linear(5, 24), nn.Tanh(), nn.Linear(24, 1)), x, x[:, :1] * x[:, 1:2], 40)
