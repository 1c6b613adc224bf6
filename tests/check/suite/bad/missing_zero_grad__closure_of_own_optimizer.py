"""An own optimizer that asks for a closure, as the documentation of torch.optim shows it; without the clear."""
import torch
from torch import nn


class SignSgd(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure):
        with torch.enable_grad():
            loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.add_(p.grad.sign(), alpha=-group["lr"])
        return loss


torch.manual_seed(0)
net = nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Linear(16, 1))
opt = SignSgd(net.parameters(), 1e-3)
for i in range(60):
    x = torch.randn(32, 5)

    def closure():
        loss = (net(x) - x[:, :1]).pow(2).mean()
        loss.backward()  # expect: missing-zero-grad
        return loss

    value = opt.step(closure)  # expect: missing-zero-grad
print(value.item())
