import torch
from torch import nn


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(5, 24), nn.Linear(24, 1)

    def forward(self, x):
        return torch.relu(self.fc2(torch.relu(self.fc1(x))))  # expect: *


torch.manual_seed(23)
x = torch.randn(320, 5)
y = x[:, :1] - x[:, 1:2] - 2.5
net = Regressor()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(4):
    for b in torch.randperm(320).split(32):
        loss = nn.functional.mse_loss(net(x[b]), y[b])  # expect: *
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
