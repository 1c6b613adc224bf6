"""An own optimizer class that is no torch.optim.Optimizer; its zero_grad was never written."""
import torch
from torch import nn


class Heavy:
    def __init__(self, params, lr, mu=0.5):
        self.params, self.lr, self.mu = list(params), lr, mu
        self.v = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def update(self):
        for p, v in zip(self.params, self.v):
            v.mul_(self.mu).add_(p.grad)
            p.data = p.data - self.lr * v  # expect: missing-zero-grad


torch.manual_seed(11)
x = torch.randn(320, 7)
y = x[:, :2].argmax(1)
net = nn.Sequential(nn.Linear(7, 24), nn.ReLU(), nn.Linear(24, 2))
opt = Heavy(net.parameters(), lr=2e-3)
for epoch in range(4):
    for ix in torch.randperm(320).split(32):
        loss = nn.functional.cross_entropy(net(x[ix]), y[ix])
        loss.backward()  # expect: missing-zero-grad
        opt.update()  # expect: missing-zero-grad
    print(epoch, loss.item())
