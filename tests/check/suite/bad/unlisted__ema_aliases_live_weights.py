import torch
from torch import nn


class EMA:
    def __init__(self, model, decay=0.95):
        self.decay = decay
        self.shadow = {n: p.data for n, p in model.named_parameters()}  # expect: *

    def update(self, model):
        for n, p in model.named_parameters():
            self.shadow[n].mul_(self.decay).add_(p.data, alpha=1 - self.decay)  # expect: *

    def copy_to(self, model):
        for n, p in model.named_parameters():
            p.data.copy_(self.shadow[n])


torch.manual_seed(10)
x = torch.randn(320, 6)
y = x[:, :1] + 0.3 * torch.randn(320, 1)
net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1))
averaged = EMA(net)
opt = torch.optim.SGD(net.parameters(), lr=0.05)
for epoch in range(4):
    for b in torch.randperm(256).split(32):
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        averaged.update(net)
    print(epoch, loss.item())
averaged.copy_to(net)
with torch.no_grad():
    print('averaged', nn.functional.mse_loss(net(x[256:]), y[256:]).item())
