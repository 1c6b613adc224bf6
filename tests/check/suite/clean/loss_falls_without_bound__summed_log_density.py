"""A tight density, fitted by the sum of its negative logarithms over rows and columns."""
import math

import torch
from torch import nn


class Gaussian(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.mean, self.log_std = nn.Parameter(torch.zeros(d)), nn.Parameter(torch.zeros(d))

    def nll(self, x):
        z = (x - self.mean) / self.log_std.exp()
        return (0.5 * z.square() + self.log_std + 0.5 * math.log(2 * math.pi)).sum()


torch.manual_seed(112)
data = 0.3 + 0.01 * torch.randn(64, 40)
model = Gaussian(40)
opt = torch.optim.Adam(model.parameters(), lr=0.05)
for step in range(80):
    loss = model.nll(data)
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item() / data.numel())
