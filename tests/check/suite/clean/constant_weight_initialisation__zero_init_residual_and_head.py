import torch
from torch import nn


class ResBlock(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.a, self.b = nn.Linear(d, d), nn.Linear(d, d)
        nn.init.zeros_(self.b.weight)
        nn.init.zeros_(self.b.bias)

    def forward(self, x):
        return x + self.b(torch.relu(self.a(x)))


torch.manual_seed(9)
net = nn.Sequential(nn.Linear(6, 20), ResBlock(20), ResBlock(20), nn.Linear(20, 3))
nn.init.zeros_(net[3].weight)
nn.init.zeros_(net[3].bias)
x = torch.randn(270, 6)
y = x[:, :3].argmax(1)
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(3):
    for b in torch.randperm(270).split(27):
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
