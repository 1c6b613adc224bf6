import torch
import torch.nn as nn

torch.manual_seed(25)
x = torch.rand(300, 1) * 4 - 2
y = x.abs() + 0.3 * torch.randn(300, 1)
net = nn.Sequential(nn.Linear(1, 16), nn.ReLU(), nn.Linear(16, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
sched = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, factor=0.2, patience=1, threshold=0.01)
for epoch in range(14):
    total = 0.0
    for b in torch.randperm(300).split(50):
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() / 6
    sched.step(total)
    print(epoch, round(total, 6), opt.param_groups[0]["lr"])
