import torch
from torch import nn


class A(nn.Module):
    def __init__(s):
        super().__init__()
        s.g = nn.GRU(4, 12)
        s.w = nn.Linear(12, 1)
        s.o = nn.Linear(24, 3)

    def forward(s, x):
        h, _ = s.g(x)
        a = torch.softmax(s.w(h), 0)
        c = (a * h).sum(0, keepdim=True).expand_as(h)
        return s.o(torch.cat([h, c], -1))


torch.manual_seed(0)
m = A()
o = torch.optim.Adam(m.parameters(), 1e-2)
for i in range(30):
    x = torch.randn(9, 16, 4)
    y = (x[..., 0] > 0).long() + (x[..., 1] > x[..., 1].mean(0)).long()
    loss = nn.functional.cross_entropy(m(x).flatten(0, 1), y.flatten())
    o.zero_grad()
    loss.backward()
    o.step()
print(loss.item())
