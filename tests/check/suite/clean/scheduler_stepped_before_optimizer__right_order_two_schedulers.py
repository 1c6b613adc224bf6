import torch
from torch import nn

torch.manual_seed(12)
x = torch.randn(256, 8)
y = x[:, :4].argmax(1)
net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 4))
opt = torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.9)
warm = torch.optim.lr_scheduler.LinearLR(opt, start_factor=0.2, total_iters=8)
decay = torch.optim.lr_scheduler.StepLR(opt, step_size=2, gamma=0.5)
for epoch in range(4):
    for b in torch.randperm(256).split(32):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        loss.backward()
        opt.step()
        if epoch == 0:
            warm.step()
    decay.step()
    print(epoch, loss.item(), opt.param_groups[0]["lr"])
