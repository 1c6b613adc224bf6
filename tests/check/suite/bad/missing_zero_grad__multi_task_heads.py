"""Shared trunk, one optimizer for the trunk and one for each head."""

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(11)


class Trunk(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(10, 32)
        self.b = nn.Linear(32, 32)

    def forward(self, x):
        return F.gelu(self.b(F.gelu(self.a(x))))


trunk = Trunk()
heads = nn.ModuleDict({"kind": nn.Linear(32, 4), "size": nn.Linear(32, 1)})
opts = {
    "trunk": torch.optim.AdamW(trunk.parameters(), lr=1e-3),
    "kind": torch.optim.AdamW(heads["kind"].parameters(), lr=1e-3),
    "size": torch.optim.AdamW(heads["size"].parameters(), lr=1e-3),
}

x = torch.randn(600, 10)
kind = (x[:, :4] + 0.2 * torch.randn(600, 4)).argmax(1)
size = x[:, 4:7].sum(1, keepdim=True)

for epoch in range(3):
    order = torch.randperm(600)
    for rows in order.split(40):
        z = trunk(x[rows])
        losses = {
            "kind": F.cross_entropy(heads["kind"](z), kind[rows]),
            "size": F.mse_loss(heads["size"](z), size[rows]),
        }
        opts["trunk"].zero_grad()
        opts["kind"].zero_grad()
        total = losses["kind"] + 0.5 * losses["size"]
        total.backward()
        opts["trunk"].step()
        opts["kind"].step()
        opts["size"].step()  # expect: missing-zero-grad
    print(epoch, {name: round(float(one.detach()), 4) for name, one in losses.items()})
