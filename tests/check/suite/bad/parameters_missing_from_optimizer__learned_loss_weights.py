import torch
from torch import nn


class UncertaintyWeighting(nn.Module):
    """homoscedastic task weights"""

    def __init__(self, tasks: int) -> None:
        super().__init__()
        self.log_var = nn.Parameter(torch.zeros(tasks))

    def forward(self, losses: list[torch.Tensor]) -> torch.Tensor:
        stacked = torch.stack(losses)
        return (stacked * torch.exp(-self.log_var) + self.log_var).sum()


class MultiTask(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(9, 24), nn.ReLU())
        self.reg, self.cls = nn.Linear(24, 1), nn.Linear(24, 3)

    def forward(self, x):
        h = self.trunk(x)
        return self.reg(h).squeeze(1), self.cls(h)


torch.manual_seed(90)
x = torch.randn(256, 9)
amount, kind = x[:, 0] * 2 + x[:, 1], x[:, 2:5].argmax(1)
net, weighting = MultiTask(), UncertaintyWeighting(2)
optim = torch.optim.AdamW(net.parameters(), lr=5e-3)  # expect: parameters-missing-from-optimizer
for epoch in range(3):
    for b in torch.randperm(256).split(32):
        r, c = net(x[b])
        loss = weighting([nn.functional.mse_loss(r, amount[b]), nn.functional.cross_entropy(c, kind[b])])  # expect: parameters-missing-from-optimizer
        optim.zero_grad()
        weighting.zero_grad()
        loss.backward()
        optim.step()
    print(epoch, loss.item())
