import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(18)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.n, self.b = nn.Linear(7, 20), nn.LayerNorm(20), nn.Linear(20, 1)
        self.g = nn.GroupNorm(2, 20)

    def forward(self, x):
        return self.b(self.g(torch.relu(self.n(self.a(x)))))[:, 0]


x = torch.randn(260, 7)
y = x[:, 0] * x[:, 1]
train = DataLoader(TensorDataset(x[:200], y[:200]), batch_size=40, shuffle=True)
val = DataLoader(TensorDataset(x[200:], y[200:]), batch_size=30)
net = Net()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(4):
    for xb, yb in train:
        opt.zero_grad()
        nn.functional.mse_loss(net(xb), yb).backward()
        opt.step()
    total = 0.0
    with torch.no_grad():
        for xb, yb in val:
            total += nn.functional.mse_loss(net(xb), yb, reduction="sum").item()
    print(epoch, total / 60)
