"""Blob segmentation with a two-level U-Net."""
import torch
import torch.nn as nn


def conv(cin, cout):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, padding=1), nn.GroupNorm(2, cout), nn.ReLU())


class UNet(nn.Module):
    def __init__(self, c=8):
        super().__init__()
        self.d1, self.d2 = conv(1, c), conv(c, 2 * c)
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ConvTranspose2d(2 * c, c, 2, stride=2)
        self.u1 = conv(2 * c, c)
        self.head = nn.Conv2d(c, 1, 1)
        self.activation = nn.Sigmoid()

    def forward(self, x):
        a = self.d1(x)
        b = self.d2(self.pool(a))
        x = self.u1(torch.cat([a, self.up(b)], 1))
        return self.activation(self.head(x))


class DiceBCE(nn.Module):
    def __init__(self):
        super().__init__()
        self.bce = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.0))

    def forward(self, p, t):
        inter = (p * t).sum((1, 2, 3))
        dice = 1 - (2 * inter + 1) / (p.sum((1, 2, 3)) + t.sum((1, 2, 3)) + 1)
        return self.bce(p, t) + dice.mean()  # expect: sigmoid-before-bce-with-logits


def blobs(n, s=16):
    yy, xx = torch.meshgrid(torch.arange(s), torch.arange(s), indexing="ij")
    c = torch.randint(4, 12, (n, 2, 1, 1))
    m = ((yy - c[:, 0]) ** 2 + (xx - c[:, 1]) ** 2 < 12).float().unsqueeze(1)
    return m + 0.4 * torch.randn(n, 1, s, s), m


torch.manual_seed(2)
net, crit = UNet(), DiceBCE()
opt = torch.optim.Adam(net.parameters(), 2e-3)
for it in range(25):
    x, m = blobs(16)
    opt.zero_grad()
    loss = crit(net(x), m)
    loss.backward()  # expect: sigmoid-before-bce-with-logits
    opt.step()
print(loss.item())
