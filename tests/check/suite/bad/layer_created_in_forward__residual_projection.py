"""ResNet-like MLP whose shortcut is projected where the widths differ."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class ResBlock(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(cin, cout), nn.Linear(cout, cout)
        self.cin, self.cout = cin, cout

    def shortcut(self, x):
        if self.cin == self.cout:
            return x
        return nn.Linear(self.cin, self.cout, bias=False)(x)  # expect: layer-created-in-forward

    def forward(self, x):
        return F.relu(self.fc2(F.relu(self.fc1(x))) + self.shortcut(x))


class Net(nn.Module):
    def __init__(self, widths=(10, 24, 24, 16)):
        super().__init__()
        self.blocks = nn.ModuleList(ResBlock(a, b) for a, b in zip(widths, widths[1:]))
        self.out = nn.Linear(widths[-1], 4)

    def forward(self, x):
        for b in self.blocks:
            x = b(x)
        return self.out(x)


torch.manual_seed(31)
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
x = torch.randn(320, 10)
y = (x @ torch.randn(10, 4)).argmax(1)
for epoch in range(4):
    perm = torch.randperm(320)
    for k in range(0, 320, 32):
        i = perm[k : k + 32]
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x[i]), y[i])
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
