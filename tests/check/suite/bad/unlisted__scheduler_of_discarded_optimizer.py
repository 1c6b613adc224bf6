import torch
from torch import nn

torch.manual_seed(25)
x = torch.randn(320, 6)
y = x[:, :1] * 2 + x[:, 1:2]
net = nn.Sequential(nn.Linear(6, 20), nn.ReLU(), nn.Linear(20, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.3)
optimizer.step()
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)  # expect: *
for epoch in range(5):
    for b in torch.randperm(320).split(32):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        loss.backward()
        optimizer.step()
    scheduler.step()  # expect: *
    print(epoch, loss.item(), scheduler.get_last_lr(), optimizer.param_groups[0]["lr"])
