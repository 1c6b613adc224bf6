import collections
import torch
from torch import nn

torch.manual_seed(82)
x = torch.randn(300, 7)
y = x[:, :1].abs() - x[:, 1:2]
net = nn.Sequential(nn.Linear(7, 28), nn.ReLU(), nn.Linear(28, 1))
opt = torch.optim.AdamW(net.parameters(), lr=5e-3)
metrics = collections.defaultdict(float)
for epoch in range(3):
    metrics.clear()
    for b in torch.randperm(300).split(20):
        pred = net(x[b])
        loss = nn.functional.mse_loss(pred, y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        for name, value in {'mse': loss, 'mae': (pred - y[b]).abs().mean()}.items():
            metrics[name] += value * len(b) / 300  # expect: loss-accumulated-with-graph
    print(epoch, {k: round(v.item(), 4) for k, v in metrics.items()})
