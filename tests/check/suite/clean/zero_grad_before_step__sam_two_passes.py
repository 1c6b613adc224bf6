"""Sharpness-aware minimisation, two passes a step; BatchNorm statistics are held in the second."""
import torch
from torch import nn


class SAM:
    def __init__(self, params, base, rho=0.05, **kw):
        self.params = list(params)
        self.base, self.rho = base(self.params, **kw), rho

    @torch.no_grad()
    def climb(self):
        norm = torch.stack([p.grad.norm() for p in self.params if p.grad is not None]).norm()
        self.moves = []
        for p in self.params:
            e = None if p.grad is None else p.grad * (self.rho / (norm + 1e-12))
            if e is not None:
                p.add_(e)
            self.moves.append(e)
        self.base.zero_grad()

    @torch.no_grad()
    def descend(self):
        for p, e in zip(self.params, self.moves):
            if e is not None:
                p.sub_(e)
        self.base.step()
        self.base.zero_grad()


def hold_bn(model, hold):
    for m in model.modules():
        if isinstance(m, nn.BatchNorm1d):
            m.momentum = 0.0 if hold else 0.1


torch.manual_seed(64)
x = torch.randn(480, 12)
y = (x @ torch.randn(12, 3) + 0.5 * torch.randn(480, 3)).argmax(1)
net = nn.Sequential(nn.Linear(12, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, 3))
opt = SAM(net.parameters(), torch.optim.SGD, lr=0.05, momentum=0.9)
crit = nn.CrossEntropyLoss(label_smoothing=0.1)
for epoch in range(4):
    net.train()
    for ix in torch.randperm(400).split(40):
        hold_bn(net, False)
        loss = crit(net(x[ix]), y[ix])
        loss.backward()
        opt.climb()
        hold_bn(net, True)
        crit(net(x[ix]), y[ix]).backward()
        opt.descend()
    net.eval()
    with torch.no_grad():
        acc = (net(x[400:]).argmax(1) == y[400:]).float().mean().item()
    print(epoch, loss.item(), acc)
