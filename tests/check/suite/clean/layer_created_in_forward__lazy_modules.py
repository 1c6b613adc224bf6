import torch
from torch import nn

torch.manual_seed(0)


class LazyNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.LazyLinear(24)
        self.b = nn.LazyLinear(2)

    def forward(self, x):
        return self.b(torch.relu(self.a(x)))


x = torch.randn(240, 7)
y = (x.sum(1) > 0).long()
net = LazyNet()
net(x[:1])  # shapes are settled here, before the optimizer is made
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(3):
    for b in torch.randperm(240).split(24):
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
