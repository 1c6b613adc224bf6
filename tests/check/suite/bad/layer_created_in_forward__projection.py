import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 6, 3)
        self.out = nn.Linear(16, 2)

    def forward(self, x):
        x = torch.relu(self.conv(x)).flatten(1)
        x = nn.Linear(x.size(1), 16)(x)  # expect: layer-created-in-forward # also: parameters-missing-from-optimizer
        return self.out(torch.relu(x))


torch.manual_seed(0)
y = torch.randint(0, 2, (200,))
x = torch.randn(200, 1, 14) + y.view(-1, 1, 1) * torch.linspace(-1, 1, 14)
net = Net()
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(3):
    for b in torch.randperm(200).split(20):
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
