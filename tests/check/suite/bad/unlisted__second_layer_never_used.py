"""Copy and paste: the third layer is defined, the second one is called twice."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(9, 24)
        self.fc2 = nn.Linear(24, 24)
        self.fc3 = nn.Linear(24, 24)  # expect: *
        self.out = nn.Linear(24, 4)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        x = F.relu(self.fc2(x))  # expect: *
        return self.out(x)


torch.manual_seed(3)
net = Net()  # expect: *
opt = torch.optim.Adam(net.parameters(), lr=2e-3)  # expect: *
x = torch.randn(360, 9)
y = (x @ torch.randn(9, 4)).argmax(1)
for epoch in range(4):
    for ix in torch.randperm(360).split(36):
        opt.zero_grad()
        loss = F.cross_entropy(net(x[ix]), y[ix])
        loss.backward()
        opt.step()  # expect: *
    print(epoch, loss.item())
