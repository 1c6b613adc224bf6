import torch
import torch.nn as nn

torch.manual_seed(21)
x = torch.rand(330, 3)
y = (x * torch.tensor([1.0, 2.0, -1.0])).sum(1, keepdim=True)
net = nn.Sequential(nn.Linear(3, 20), nn.ReLU(), nn.Linear(20, 1))
net.train()
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(4):
    for b in torch.randperm(270).split(30):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        print(epoch, nn.functional.mse_loss(net(x[270:]), y[270:]).item())
