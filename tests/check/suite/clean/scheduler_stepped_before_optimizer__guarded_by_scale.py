import torch
import torch.nn as nn

torch.manual_seed(10)
x = torch.randn(200, 4)
y = 5 * x.sum(1, keepdim=True)
net = nn.Linear(4, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
sched = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.995)
scaler = torch.amp.GradScaler("cpu", init_scale=2.0**126, backoff_factor=2.0**-50)
for epoch in range(3):
    for b in torch.randperm(200).split(20):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        scaler.scale(loss).backward()
        scaler.step(opt)
        scale = scaler.get_scale()
        scaler.update()
        if scaler.get_scale() >= scale:
            sched.step()
    print(epoch, loss.item(), sched.get_last_lr()[0])
