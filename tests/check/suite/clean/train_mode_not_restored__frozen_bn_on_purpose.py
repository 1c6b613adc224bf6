# the whole run keeps batch norm on its pretrained statistics, as detection code does
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(2, 8, 3, padding=1)
        self.bn = nn.BatchNorm1d(8)
        self.bn.running_mean.normal_(0, 0.1)
        self.fc = nn.Linear(8, 2)
        for p in self.bn.parameters():
            p.requires_grad_(False)

    def train(self, mode=True):
        super().train(mode)
        self.bn.eval()
        return self

    def forward(self, x):
        return self.fc(torch.relu(self.bn(self.conv(x))).mean(-1))


torch.manual_seed(11)
y = torch.randint(0, 2, (220,))
x = torch.randn(220, 2, 10)
x[:, 0] += y[:, None] * 1.0
net = Net()
opt = torch.optim.Adam([p for p in net.parameters() if p.requires_grad], lr=1e-2)
for epoch in range(3):
    net.train()
    for b in torch.randperm(180).split(20):
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        print(epoch, (net(x[180:]).argmax(1) == y[180:]).float().mean().item())
