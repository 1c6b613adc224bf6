import torch
from torch import nn


class KahanSGD(torch.optim.Optimizer):
    """SGD for bfloat16 weights; what rounding loses is carried to the next update."""

    def __init__(self, params, lr=1e-3):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        loss = closure() if closure is not None else None
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["lost"] = torch.zeros_like(p)
                update = state["lost"] - group["lr"] * p.grad
                new = p + update
                state["lost"] = update - (new - p)
                p.copy_(new)
        return loss


torch.manual_seed(8)
model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 1)).bfloat16()
optimizer = KahanSGD(model.parameters(), lr=0.03)
x = torch.randn(320, 6).bfloat16()
y = (x[:, :1] - x[:, 1:2]).bfloat16()
for epoch in range(3):
    for rows in torch.randperm(320).split(32):
        loss = nn.functional.mse_loss(model(x[rows]).float(), y[rows].float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
