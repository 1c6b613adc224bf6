import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(17)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(9, 36), nn.Linear(36, 1)

    def forward(self, x):
        h = F.dropout(torch.relu(self.a(x)), 0.1, training=self.training)
        return self.b(h)


x = torch.randn(300, 9)
y = x[:, :2].sum(1, keepdim=True)
net = Net()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(4):
    net.train()
    for b in torch.randperm(240).split(24):
        loss = F.mse_loss(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        print(epoch, F.mse_loss(net(x[240:]), y[240:]).item())
