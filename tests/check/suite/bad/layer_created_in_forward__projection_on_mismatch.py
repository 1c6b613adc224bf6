"""A residual network whose shortcut projects when the widths differ."""
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(46)


def match_width(x, width):
    if x.shape[1] == width:
        return x
    return nn.Conv2d(x.shape[1], width, 1, bias=False)(x)  # expect: layer-created-in-forward


class Block(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.conv1 = nn.Conv2d(i, o, 3, padding=1)
        self.conv2 = nn.Conv2d(o, o, 3, padding=1)
        self.o = o

    def forward(self, x):
        h = self.conv2(F.relu(self.conv1(x)))
        return F.relu(h + match_width(x, self.o))


net = nn.Sequential(Block(1, 6), nn.MaxPool2d(2), Block(6, 6), Block(6, 12), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, 2))
opt = torch.optim.Adam(net.parameters(), 2e-3)
for it in range(15):
    y = torch.randint(0, 2, (16,))
    x = torch.randn(16, 1, 8, 8) * 0.5
    x[y == 1, :, 3] += 1.0
    x[y == 0, :, :, 3] += 1.0
    loss = F.cross_entropy(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
