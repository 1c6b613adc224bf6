import copy
import torch
from torch import nn


def clones(module, n):
    return nn.ModuleList([copy.copy(module) for _ in range(n)])  # expect: layers-share-weights-by-accident


class Stack(nn.Module):
    def __init__(self, d, n):
        super().__init__()
        self.layers = clones(nn.Linear(d, d), n)
        self.norm = nn.LayerNorm(d)
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        for layer in self.layers:
            x = x + torch.relu(layer(self.norm(x)))
        return self.out(x)


torch.manual_seed(48)
x = torch.randn(320, 10)
y = (x[:, 0] * x[:, 1] > 0).long()
net = Stack(10, 3)
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(3):
    for b in torch.randperm(320).split(32):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        loss.backward()
        opt.step()
    print(epoch, loss.item())
