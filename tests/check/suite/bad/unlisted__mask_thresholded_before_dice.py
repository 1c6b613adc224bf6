"""Segmentation with a small U-Net and the Dice loss."""
import torch
from torch import nn

torch.manual_seed(77)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.d1 = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU())
        self.d2 = nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1), nn.ReLU())
        self.up = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.out = nn.Conv2d(16, 1, 1)

    def forward(self, x):
        a = self.d1(x)
        return self.out(torch.cat([a, self.up(self.d2(a))], 1))


def dice(pred, mask):
    inter = (pred * mask).sum((1, 2, 3))
    return (1 - (2 * inter + 1) / (pred.sum((1, 2, 3)) + mask.sum((1, 2, 3)) + 1)).mean()


net = UNet()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for step in range(12):
    mask = torch.zeros(8, 1, 16, 16)
    for m in mask:
        r, c = torch.randint(0, 10, (2,)).tolist()
        m[0, r : r + 6, c : c + 6] = 1
    image = mask + 0.4 * torch.randn_like(mask)
    pred = (torch.sigmoid(net(image)) > 0.5).float()  # expect: *
    loss = dice(pred.requires_grad_(), mask)  # expect: *
    opt.zero_grad()
    loss.backward()  # expect: *
    opt.step()  # expect: *
print(loss.item())
