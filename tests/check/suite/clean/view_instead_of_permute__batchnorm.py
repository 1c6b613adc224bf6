import torch
from torch import nn

torch.manual_seed(5)


class ConvBN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(6)
        self.fc = nn.Linear(6 * 16, 2)

    def forward(self, x):
        x = torch.relu(self.bn(self.conv(x)))
        x = nn.functional.avg_pool2d(x, 2)
        return self.fc(x.view(x.size(0), -1))


y = torch.randint(0, 2, (160,))
x = torch.randn(160, 3, 8, 8) + (y.float() - 0.5).view(-1, 1, 1, 1) * torch.tensor([1.0, -1.0, 0.5]).view(1, 3, 1, 1)
train_x, train_y, test_x, test_y = x[:128], y[:128], x[128:], y[128:]
net = ConvBN()
opt = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9)
for epoch in range(3):
    net.train()
    for b in torch.randperm(128).split(16):
        loss = nn.functional.cross_entropy(net(train_x[b]), train_y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        print(epoch, (net(test_x).argmax(1) == test_y).float().mean().item())
