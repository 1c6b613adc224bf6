"""U-Net with attention gates (sigmoid), deep supervision, dice on probabilities and BCE on logits."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class DoubleConv(nn.Sequential):
    def __init__(self, a, b):
        super().__init__(nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(True), nn.Conv2d(b, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(True))


class Gate(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.g, self.s, self.psi = nn.Conv2d(c, c, 1), nn.Conv2d(c, c, 1), nn.Conv2d(c, 1, 1)

    def forward(self, g, s):
        return s * torch.sigmoid(self.psi(F.relu(self.g(g) + self.s(s))))


class AttUNet(nn.Module):
    def __init__(self, c=6):
        super().__init__()
        self.d1, self.d2 = DoubleConv(1, c), DoubleConv(c, 2 * c)
        self.up = nn.ConvTranspose2d(2 * c, c, 2, 2)
        self.gate = Gate(c)
        self.u1 = DoubleConv(2 * c, c)
        self.head, self.aux = nn.Conv2d(c, 1, 1), nn.Conv2d(2 * c, 1, 1)

    def forward(self, x):
        a = self.d1(x)
        b = self.d2(F.max_pool2d(a, 2))
        u = self.up(b)
        y = self.head(self.u1(torch.cat([u, self.gate(u, a)], 1)))
        if self.training:
            return y, F.interpolate(self.aux(b), scale_factor=2, mode="bilinear", align_corners=False)
        return y


def criterion(logit, m):
    p = logit.sigmoid()
    dice = 1 - (2 * (p * m).sum() + 1) / (p.sum() + m.sum() + 1)
    return F.binary_cross_entropy_with_logits(logit, m) + dice


def scenes(n, g):
    yy, xx = torch.meshgrid(torch.arange(16), torch.arange(16), indexing="ij")
    c = torch.randint(3, 13, (n, 2, 1, 1), generator=g)
    m = (((yy - c[:, 0]).abs() + (xx - c[:, 1]).abs()) < 3).float()[:, None]
    return m * 1.5 + 0.5 * torch.randn(n, 1, 16, 16, generator=g), m


torch.manual_seed(0)
g = torch.Generator().manual_seed(0)
x, m = scenes(96, g)
xv, mv = scenes(24, g)
net = AttUNet()
opt = torch.optim.AdamW(net.parameters(), lr=5e-3)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, mode="max", patience=1, factor=0.5)
for epoch in range(4):
    net.train()
    for ix in torch.randperm(96).split(16):
        flip = torch.rand(()) < 0.5
        a, b = (x[ix].flip(-1), m[ix].flip(-1)) if flip else (x[ix], m[ix])
        y, aux = net(a)
        loss = criterion(y, b) + 0.4 * criterion(aux, b)
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        p = net(xv) > 0
    iou = ((p & (mv > 0)).sum() / (p | (mv > 0)).sum()).item()
    plateau.step(iou)
    print(epoch, loss.item(), iou)
