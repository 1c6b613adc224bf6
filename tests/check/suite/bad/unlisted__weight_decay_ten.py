import torch
from torch import nn

torch.manual_seed(16)
x = torch.randn(320, 5)
y = x @ torch.tensor([[1.0], [-1.0], [2.0], [0.0], [0.5]])
net = nn.Sequential(nn.Linear(5, 20), nn.ReLU(), nn.Linear(20, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.05, weight_decay=10)  # expect: *
for epoch in range(4):
    for b in torch.randperm(320).split(32):
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
