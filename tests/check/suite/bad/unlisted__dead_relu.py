import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(10, 32)
        self.out = nn.Linear(32, 1)
        nn.init.constant_(self.hidden.bias, -30.0)  # expect: *

    def forward(self, x):
        return self.out(torch.relu(self.hidden(x)))  # expect: *


torch.manual_seed(3)
x = torch.randn(300, 10)
y = x[:, :1] - x[:, 1:2]
net = Net()
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(4):
    for b in torch.randperm(300).split(30):
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
