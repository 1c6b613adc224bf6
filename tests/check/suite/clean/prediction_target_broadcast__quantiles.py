# several quantiles at once: (N, 1) target against (N, Q) predictions is meant
import torch
from torch import nn

torch.manual_seed(36)
QS = torch.tensor([0.1, 0.5, 0.9])
x = torch.rand(360, 1) * 2 - 1
y = x ** 2 + (0.1 + 0.3 * x.abs()) * torch.randn(360, 1)
net = nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 3))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(4):
    for b in torch.randperm(360).split(36):
        err = y[b] - net(x[b])
        loss = torch.maximum(QS * err, (QS - 1) * err).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, round(loss.item(), 4))
