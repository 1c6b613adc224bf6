import torch
from torch import nn

torch.manual_seed(19)
net = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
one = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=0.2, total_steps=100)
for step in range(100):
    x = torch.randn(64, 6)
    y = x[:, :1] * x[:, 1:2] + (5.0 if step % 33 == 32 else 0.0) * torch.randn(64, 1)
    loss = nn.functional.huber_loss(net(x), y)
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    opt.step()
    one.step()
    if step % 20 == 0:
        print(step, loss.item())
