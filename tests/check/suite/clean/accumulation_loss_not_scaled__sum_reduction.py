import torch
import torch.nn as nn

torch.manual_seed(33)
x = torch.rand(256, 3)
y = x @ torch.tensor([[1.0], [2.0], [3.0]])
net = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 1))
opt = torch.optim.SGD(net.parameters(), lr=1e-3)
sse = nn.MSELoss(reduction="sum")
for epoch in range(5):
    for group in torch.randperm(256).split(64):
        opt.zero_grad()
        err = 0.0
        for piece in group.split(16):
            loss = sse(net(x[piece]), y[piece])
            loss.backward()
            err += loss.item()
        opt.step()
    print(epoch, err / 64)
