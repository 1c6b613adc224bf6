import torch
from torch import nn
from torch.utils.data import DataLoader


class Pairing:
    def __init__(self, left, right, size):
        self.pairs = zip(DataLoader(left, size, shuffle=True), DataLoader(right, size, shuffle=True))  # expect: exhausted-training-iterator

    def __iter__(self):
        return self.pairs


def mmd(a, b):
    def k(u, v):
        return torch.exp(-torch.cdist(u, v).pow(2) / 2).mean()
    return k(a, a) + k(b, b) - 2 * k(a, b)


torch.manual_seed(32)
source, target = torch.randn(240, 3), torch.randn(240, 3) * 0.5 + 1
pairs = Pairing(source, target, 24)
mapper = nn.Linear(3, 3)
opt = torch.optim.Adam(mapper.parameters(), lr=2e-2)
for epoch in range(4):
    steps = 0
    for a, b in pairs:  # expect: exhausted-training-iterator
        loss = mmd(mapper(a), b)
        opt.zero_grad()
        loss.backward()
        opt.step()
        steps += 1
    print('epoch', epoch, 'discrepancy', loss.item())
