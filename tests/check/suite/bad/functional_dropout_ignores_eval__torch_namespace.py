"""torch.dropout with its third argument written as True."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(10, 40), nn.Linear(40, 2)

    def forward(self, x):
        h = torch.dropout(torch.relu(self.a(x)), 0.3, True)  # expect: functional-dropout-ignores-eval
        return self.b(h)


torch.manual_seed(6)
x = torch.randn(400, 10)
y = (x[:, :2].sum(1) > 0).long()
net = Net()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(3):
    net.train()
    for ix in torch.randperm(320).split(32):
        opt.zero_grad()
        nn.functional.cross_entropy(net(x[ix]), y[ix]).backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        print(epoch, (net(x[320:]).argmax(1) == y[320:]).float().mean().item())
