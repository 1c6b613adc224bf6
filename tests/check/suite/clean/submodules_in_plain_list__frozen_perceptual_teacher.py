"""Super-resolution with a perceptual loss; the frozen judge is hidden in a tuple on purpose."""
import torch
from torch import nn

torch.manual_seed(104)


class Perceptual(nn.Module):
    def __init__(self):
        super().__init__()
        judge = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.Conv2d(6, 6, 3, padding=1))
        self.hidden = (judge.eval().requires_grad_(False),)

    def forward(self, a, b):
        (judge,) = self.hidden
        with torch.no_grad():
            goal = judge(b)
        return (judge(a) - goal).abs().mean()


class SR(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 12, 3, padding=1), nn.ReLU(), nn.Conv2d(12, 4, 3, padding=1))
        nn.init.zeros_(self.body[-1].weight)

    def forward(self, x):
        up = nn.functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        return up + nn.functional.pixel_shuffle(self.body(x), 2)


def psnr(a, b):
    return -10 * torch.log10((a - b).square().mean((1, 2, 3)))


net, perceptual = SR(), Perceptual()
opt = torch.optim.Adam(net.parameters(), lr=4e-3)
grid = torch.linspace(-1, 1, 16)
for step in range(30):
    f = torch.rand(8, 1, 1) * 8
    hr = torch.sin(f * grid[None, :, None]) * torch.cos(f * grid[None, None])
    hr = hr[:, None]
    lr = nn.functional.avg_pool2d(hr, 2)
    out = net(lr)
    loss = nn.functional.l1_loss(out, hr) + 0.1 * perceptual(out, hr)
    opt.zero_grad()
    loss.backward()
    opt.step()
    with torch.no_grad():
        quality = psnr(net(lr), hr).mean().item()
print(quality)
