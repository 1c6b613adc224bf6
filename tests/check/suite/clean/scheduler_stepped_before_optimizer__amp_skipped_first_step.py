# the first step overflows and is skipped by the scaler, so torch warns although the order is right
import torch
from torch import nn

torch.manual_seed(4)
x = torch.randn(240, 5)
y = 4 * x[:, :1] + x[:, 1:2] ** 2
net = nn.Sequential(nn.Linear(5, 24), nn.ReLU(), nn.Linear(24, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
sched = torch.optim.lr_scheduler.StepLR(opt, step_size=24, gamma=0.5)
scaler = torch.amp.GradScaler("cpu", init_scale=2.0**127, backoff_factor=2.0**-60)
for epoch in range(6):
    for b in torch.randperm(240).split(30):
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        opt.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(opt)
        scaler.update()
        sched.step()
    print(epoch, loss.item())
