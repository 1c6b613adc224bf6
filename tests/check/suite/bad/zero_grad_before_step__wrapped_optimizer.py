import torch
from torch import nn


class WarmupOptimizer:
    def __init__(self, optimizer, peak, warm):
        self.optimizer, self.peak, self.warm, self.count = optimizer, peak, warm, 0

    def apply(self, loss):
        self.count += 1
        for g in self.optimizer.param_groups:
            g["lr"] = self.peak * min(1.0, self.count / self.warm)
        loss.backward()
        self._clear()  # expect: zero-grad-before-step
        self.optimizer.step()  # expect: zero-grad-before-step

    def _clear(self):
        for g in self.optimizer.param_groups:
            for p in g["params"]:
                p.grad = None  # expect: zero-grad-before-step


torch.manual_seed(54)
x = torch.randn(240, 6)
y = x[:, :3].argmax(1)
net = nn.Sequential(nn.Linear(6, 24), nn.GELU(), nn.Linear(24, 3))
warm = WarmupOptimizer(torch.optim.Adam(net.parameters(), lr=0.0), 5e-3, 10)
for epoch in range(4):
    for b in torch.randperm(240).split(24):
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        warm.apply(loss)
    print(epoch, loss.item())
