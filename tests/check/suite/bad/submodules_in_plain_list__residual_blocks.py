import torch, torch.nn as nn
torch.manual_seed(31)

class Block(nn.Module):
    def __init__(self, ch):
        super().__init__()
        self.conv = nn.Conv1d(ch, ch, 3, padding=1)
    def forward(self, x):
        return x + torch.relu(self.conv(x))

class ResNet1d(nn.Module):
    def __init__(self, ch=8, depth=3):
        super().__init__()
        self.stem = nn.Conv1d(1, ch, 3, padding=1)
        self.blocks = []
        for _ in range(depth):
            self.blocks.append(Block(ch))  # expect: submodules-in-plain-list
        self.fc = nn.Linear(ch, 2)
    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)  # expect: submodules-in-plain-list
        return self.fc(x.mean(-1))

y = torch.randint(0, 2, (160,))
x = torch.randn(160, 1, 16) * .5 + torch.sin(torch.arange(16.) * (1 + y[:, None])).unsqueeze(1)
net = ResNet1d()
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)  # also: parameters-missing-from-optimizer
for ep in range(3):
    for i in torch.randperm(160).split(20):
        opt.zero_grad()
        loss = nn.CrossEntropyLoss()(net(x[i]), y[i])
        loss.backward()
        opt.step()
    print('epoch', ep, loss.item())
