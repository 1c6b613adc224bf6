import torch
from torch import nn

torch.manual_seed(2)
x = torch.randn(300, 7)
y = x[:, :3].argmax(1)
net = nn.Sequential(nn.Linear(7, 32), nn.GELU(), nn.Linear(32, 3))
opt = torch.optim.AdamW(net.parameters(), lr=1e-2)
warmup = 15
sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: 1e-6 if s < 5 else min(1.0, (s - 5) / (warmup - 5)))
for epoch in range(4):
    for b in torch.randperm(300).split(30):
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
    print(epoch, loss.item(), sched.get_last_lr()[0])
