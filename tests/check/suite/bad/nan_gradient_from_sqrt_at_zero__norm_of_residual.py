import torch
from torch import nn

torch.manual_seed(12)


class Penalised(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Linear(6, 3)
        self.shift = nn.Parameter(torch.zeros(3))

    def forward(self, x):
        return self.base(x) + self.shift

    def penalty(self):
        return (self.shift**2).sum().sqrt()  # expect: nan-gradient-from-sqrt-at-zero


net = Penalised()
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for step in range(10):
    x = torch.randn(32, 6)
    loss = nn.functional.cross_entropy(net(x), (x[:, 0] > 0).long()) + 0.01 * net.penalty()
    opt.zero_grad()
    loss.backward()  # expect: nan-gradient-from-sqrt-at-zero
    opt.step()
print(loss.item())
