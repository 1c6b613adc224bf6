"""Sub-pixel super-resolution with PSNR on held-out pictures."""

import argparse
from math import log10

import torch
from torch import nn
from torch.nn import init
from torch.utils.data import DataLoader, Dataset


class Pictures(Dataset):
    def __init__(self, n, size, upscale, seed):
        g = torch.Generator().manual_seed(seed)
        coarse = torch.rand(n, 1, 4, 4, generator=g)
        self.high = nn.functional.interpolate(coarse, size=size, mode="bicubic", align_corners=False).clamp(0, 1)
        self.low = nn.functional.avg_pool2d(self.high, upscale)

    def __len__(self):
        return len(self.high)

    def __getitem__(self, i):
        return self.low[i], self.high[i]


class Net(nn.Module):
    def __init__(self, upscale):
        super().__init__()
        self.relu = nn.ReLU()
        self.conv1 = nn.Conv2d(1, 16, 5, padding=2)
        self.conv2 = nn.Conv2d(16, 8, 3, padding=1)
        self.conv3 = nn.Conv2d(8, upscale**2, 3, padding=1)
        self.shuffle = nn.PixelShuffle(upscale)
        init.orthogonal_(self.conv1.weight, init.calculate_gain("relu"))
        init.orthogonal_(self.conv2.weight, init.calculate_gain("relu"))
        init.orthogonal_(self.conv3.weight)

    def forward(self, x):
        return self.shuffle(self.conv3(self.relu(self.conv2(self.relu(self.conv1(x))))))


parser = argparse.ArgumentParser()
parser.add_argument("--upscale", type=int, default=2)
parser.add_argument("--epochs", type=int, default=3)
opt = parser.parse_args()
torch.manual_seed(124)
train = DataLoader(Pictures(96, 16, opt.upscale, 0), batch_size=16, shuffle=True)
test = DataLoader(Pictures(20, 16, opt.upscale, 1), batch_size=10)
model, criterion = Net(opt.upscale), nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(opt.epochs):
    epoch_loss = 0
    for low, high in train:
        optimizer.zero_grad()
        loss = criterion(model(low), high)
        epoch_loss += loss.item()
        loss.backward()
        optimizer.step()
    avg_psnr = 0
    with torch.no_grad():
        for low, high in test:
            avg_psnr += 10 * log10(1 / criterion(model(low), high).item())
    print(f"epoch {epoch}: loss {epoch_loss / len(train):.4f}, PSNR {avg_psnr / len(test):.2f} dB")
