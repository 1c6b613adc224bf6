import math

import torch
from torch import nn

torch.manual_seed(14)


class SelfAttention(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.h = heads
        self.qkv = nn.Linear(d, 3 * d)
        self.o = nn.Linear(d, d)

    def forward(self, x):  # (time, batch, d)
        t, b, d = x.shape
        x = x.reshape(b, t, d)  # expect: view-instead-of-permute
        q, k, v = (u.view(b, t, self.h, d // self.h).transpose(1, 2) for u in self.qkv(x).chunk(3, -1))
        att = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(d // self.h), -1)  # expect: view-instead-of-permute
        y = (att @ v).transpose(1, 2).reshape(b, t, d)
        return self.o(y).mean(1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.inp = nn.Linear(6, 16)
        self.att = SelfAttention(16, 4)
        self.head = nn.Linear(16, 3)

    def forward(self, seq):  # (batch, time, 6)
        return self.head(self.att(self.inp(seq).transpose(0, 1)))


net = Model()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for i in range(25):
    y = torch.randint(0, 3, (20,))
    x = torch.randn(20, 9, 6)
    x[:, :, 0] += y[:, None] - 1.0
    loss = nn.functional.cross_entropy(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
