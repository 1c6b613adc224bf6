import torch
from torch import nn

torch.manual_seed(22)
x = torch.randn(300, 8)
y = (x[:, 0] + x[:, 1] > 0).float().unsqueeze(1)
net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1), nn.Softmax(dim=1))  # expect: *
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
bce = nn.BCELoss()
for epoch in range(4):
    for b in torch.randperm(300).split(30):
        opt.zero_grad()
        loss = bce(net(x[b]), y[b])  # expect: *
        loss.backward()
        opt.step()
    print(epoch, loss.item())
