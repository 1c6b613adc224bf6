import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(14, 40)
        self.fc2 = nn.Linear(40, 40)
        self.fc3 = nn.Linear(40, 3)

    def forward(self, x):
        x = F.dropout(F.relu(self.fc1(x)), p=0.3)  # expect: functional-dropout-ignores-eval
        x = F.relu(self.fc2(x))
        return self.fc3(x)


torch.manual_seed(9)
x = torch.randn(380, 14)
y = (x[:, :3] + x[:, 3:6]).argmax(1)
train = DataLoader(TensorDataset(x[:300], y[:300]), batch_size=30, shuffle=True)
test = DataLoader(TensorDataset(x[300:], y[300:]), batch_size=40)
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(4):
    net.train()
    for data, target in train:
        optimizer.zero_grad()
        F.cross_entropy(net(data), target).backward()
        optimizer.step()
    net.eval()
    with torch.no_grad():
        correct = sum((net(d).argmax(1) == t).sum().item() for d, t in test)
    print('epoch', epoch, 'accuracy', correct / 80)
