import torch
from torch import nn

torch.manual_seed(7)
x = torch.randn(400, 6)
y = (x[:, 0] ** 2 + x[:, 1] ** 2 > 1.4).long()
net = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 2))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
lr_plan = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode='max', patience=2, factor=0.3)
for epoch in range(6):
    net.train()
    for b in torch.randperm(320).split(32):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x[b]), y[b]).backward()
        optimizer.step()
    net.eval()
    with torch.no_grad():
        acc = (net(x[320:]).argmax(1) == y[320:]).float().mean().item()
    lr_plan.step(acc)
    print(epoch, acc, lr_plan.get_last_lr())
