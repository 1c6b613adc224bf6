import torch
from torch import nn

torch.manual_seed(44)
n_feat = 8
x = torch.randn(240, n_feat)
y = x[:, :1] * 2 - x[:, 1:2] + 0.1 * torch.randn(240, 1)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(n_feat, 16)
        self.fc2 = nn.Linear(16, 1)
    def init_weights(self):
        self.fc1.weight = nn.Parameter(torch.empty(16, n_feat).normal_(0, 0.3))  # expect: optimizer-holds-stale-parameters
        self.fc2.weight = nn.Parameter(torch.empty(1, 16).normal_(0, 0.2))  # expect: optimizer-holds-stale-parameters
    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))

net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)  # expect: optimizer-holds-stale-parameters # also: parameters-missing-from-optimizer
net.init_weights()
mse = nn.MSELoss()
for epoch in range(3):
    for idx in torch.randperm(240).split(24):
        net.zero_grad()
        loss = mse(net(x[idx]), y[idx])
        loss.backward()
        optimizer.step()
    print('epoch', epoch, 'loss', loss.item())
