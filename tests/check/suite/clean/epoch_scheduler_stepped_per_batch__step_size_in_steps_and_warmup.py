import torch
from torch import nn
from torch.optim.lr_scheduler import LinearLR, SequentialLR, StepLR

torch.manual_seed(21)
x = torch.randn(280, 5)
y = (x[:, 0] > 0).long() + (x[:, 1] > 0).long()
net = nn.Sequential(nn.Linear(5, 20), nn.Tanh(), nn.Linear(20, 3))
opt = torch.optim.SGD(net.parameters(), lr=0.3, momentum=0.9)
per_epoch = 10
sched = SequentialLR(opt, [LinearLR(opt, 0.1, total_iters=per_epoch), StepLR(opt, step_size=2 * per_epoch, gamma=0.3)], [per_epoch])
for epoch in range(5):
    for b in torch.randperm(280).split(28):
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
    print(epoch, loss.item(), opt.param_groups[0]["lr"])
