import torch
from torch import nn

torch.manual_seed(3)


class Dense(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.w = nn.Parameter(torch.ones(i, o) / i)  # expect: constant-weight-initialisation
        self.b = nn.Parameter(torch.zeros(o))

    def forward(self, x):
        return x @ self.w + self.b


net = nn.Sequential(Dense(6, 24), nn.Tanh(), Dense(24, 24), nn.Tanh(), Dense(24, 2))  # expect: constant-weight-initialisation
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for step in range(60):
    x = torch.randn(48, 6)
    y = (x[:, 0] * x[:, 1] > 0).long()
    loss = nn.functional.cross_entropy(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
