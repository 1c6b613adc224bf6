import torch
from torch import nn


class GLUHead(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.value = nn.Linear(d, 1)
        self.gate = nn.Linear(d, 1)

    def forward(self, h):
        return (self.value(h) * torch.sigmoid(self.gate(h))).squeeze(-1)


torch.manual_seed(3)
x = torch.randn(256, 8)
y = (x[:, 0] * (x[:, 1] > 0) > 0.2).float()
net = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), GLUHead(32))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
bce = nn.BCEWithLogitsLoss()
for epoch in range(4):
    for b in torch.randperm(256).split(32):
        opt.zero_grad()
        loss = bce(net(x[b]), y[b])
        loss.backward()
        opt.step()
    print(epoch, loss.item())
