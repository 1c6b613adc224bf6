import torch
from torch import nn


class Tree(nn.Module):
    """soft decision tree: each level has a gate and two leaves"""

    def __init__(self, d, levels):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))
        self.levels = tuple((nn.Linear(d, 1), nn.Linear(d, 2)) for _ in range(levels))  # expect: submodules-in-plain-list

    def forward(self, x):
        out = 0
        for gate, leaf in self.levels:
            g = torch.sigmoid(gate(x))  # expect: submodules-in-plain-list
            left, right = leaf(x).chunk(2, dim=1)
            out = out + g * left + (1 - g) * right
        return self.scale * out


torch.manual_seed(57)
x = torch.randn(280, 5)
y = torch.where(x[:, :1] > 0, x[:, 1:2], -x[:, 2:3])
tree = Tree(5, 3)
opt = torch.optim.Adam(tree.parameters(), lr=1e-2)  # also: parameters-missing-from-optimizer
for epoch in range(4):
    for b in torch.randperm(280).split(28):
        loss = (tree(x[b]) - y[b]).square().mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
