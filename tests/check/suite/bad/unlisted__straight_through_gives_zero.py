"""A network with binary activations."""
import torch
from torch import nn

torch.manual_seed(76)


class Binarize(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.where(x > 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, grad):
        return torch.zeros_like(grad)


class BNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1, self.l2 = nn.Linear(10, 64), nn.Linear(64, 2)

    def forward(self, x):
        return self.l2(Binarize.apply(self.l1(x)))  # expect: *


net = BNN()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for _ in range(30):
    x = torch.randn(32, 10)
    loss = nn.functional.cross_entropy(net(x), (x[:, 0] * x[:, 1] > 0).long())  # expect: *
    opt.zero_grad()
    loss.backward()  # expect: *
    opt.step()  # expect: *
print(loss.item())
