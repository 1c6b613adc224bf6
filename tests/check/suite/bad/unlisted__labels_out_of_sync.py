import torch
import torch.nn as nn

torch.manual_seed(0)
x = torch.randn(320, 8)
y = x[:, :3].argmax(1)
net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 3))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(4):
    x = x[torch.randperm(len(x))]
    y = y[torch.randperm(len(y))]  # expect: *
    total = 0.0
    for xb, yb in zip(x.split(32), y.split(32)):
        loss = nn.functional.cross_entropy(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() / 10
    print(epoch, total)
