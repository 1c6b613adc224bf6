"""Own optimizers: Lion as a subclass, and EMA shadow weights swapped in for the evaluation."""
from contextlib import contextmanager

import torch
from torch import nn
from torch.optim import Optimizer


class Lion(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            b1, b2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_((m * b1 + p.grad * (1 - b1)).sign(), alpha=-group["lr"])
                m.mul_(b2).add_(p.grad, alpha=1 - b2)


class Shadow:
    def __init__(self, model, decay):
        self.model, self.decay = model, decay
        self.values = {n: p.detach().clone() for n, p in model.named_parameters()}

    def update(self):
        for n, p in self.model.named_parameters():
            self.values[n].lerp_(p.detach(), 1 - self.decay)

    @contextmanager
    def applied(self):
        kept = {n: p.detach().clone() for n, p in self.model.named_parameters()}
        self.copy(self.values)
        yield self.model
        self.copy(kept)

    @torch.no_grad()
    def copy(self, values):
        for n, p in self.model.named_parameters():
            p.copy_(values[n])


torch.manual_seed(81)
x = torch.randn(500, 10)
y = x[:, :1] * x[:, 1:2] + 0.1 * torch.randn(500, 1)
net = nn.Sequential(nn.Linear(10, 48), nn.SiLU(), nn.Linear(48, 1))
opt, ema = Lion(net.parameters(), lr=8e-4, weight_decay=0.01), Shadow(net, 0.95)
for epoch in range(5):
    net.train()
    for ix in torch.randperm(400).split(25):
        for p in net.parameters():
            p.grad = None
        loss = nn.functional.mse_loss(net(x[ix]), y[ix])
        loss.backward()
        opt.step()
        ema.update()
    with ema.applied() as m, torch.no_grad():
        m.eval()
        val = nn.functional.mse_loss(m(x[400:]), y[400:]).item()
    print(epoch, loss.item(), val)
