import torch
from torch import nn


class TwoTowers(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.Linear(5, 7)
        self.right = [nn.Linear(5, 7)]  # a list: .double() below does not reach it
        self.out = nn.Linear(7, 2)

    def forward(self, a, b):
        h = self.left(a).relu()
        h = h + self.right[0](b).relu()  # expect: training-raises
        return self.out(h)


torch.manual_seed(4)
net = TwoTowers().double()
optim = torch.optim.Adam(net.parameters())
a, b = torch.randn(32, 5).double(), torch.randn(32, 5).double()
target = (a.sum(1) > b.sum(1)).long()
for _ in range(5):
    loss = nn.functional.cross_entropy(net(a, b), target)
    optim.zero_grad()
    loss.backward()
    optim.step()
