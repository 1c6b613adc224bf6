"""An own AdamW with the decay written as an addition of the weights to themselves."""
import math

import torch
from torch import nn
from torch.optim import Optimizer


class OwnAdamW(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-6, weight_decay=0.01):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                grad, state = p.grad.data, self.state[p]
                if not state:
                    state["step"], state["m"], state["v"] = 0, torch.zeros_like(p.data), torch.zeros_like(p.data)
                b1, b2 = group["betas"]
                state["step"] += 1
                state["m"].mul_(b1).add_(grad, alpha=1 - b1)
                state["v"].mul_(b2).addcmul_(grad, grad, value=1 - b2)
                size = group["lr"] * math.sqrt(1 - b2 ** state["step"]) / (1 - b1 ** state["step"])
                p.data.addcdiv_(state["m"], state["v"].sqrt().add_(group["eps"]), value=-size)
                p.data.add_(p.data, alpha=-group["lr"] * group["weight_decay"])


torch.manual_seed(3)
x = torch.randn(320, 8)
y = (x[:, 0] - x[:, 1] > 0).long()
net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))
opt = OwnAdamW(net.parameters(), lr=3e-3)
for epoch in range(4):
    for ix in torch.randperm(320).split(32):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(x[ix]), y[ix])
        loss.backward()
        opt.step()
    print(epoch, loss.item())
