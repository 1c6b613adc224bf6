from math import log10

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.nn.init as init
from torch.utils.data import DataLoader, Dataset


class Net(nn.Module):
    def __init__(self, upscale_factor):
        super().__init__()
        self.relu = nn.ReLU()
        self.conv1 = nn.Conv2d(1, 12, (5, 5), (1, 1), (2, 2))
        self.conv2 = nn.Conv2d(12, 12, (3, 3), (1, 1), (1, 1))
        self.conv4 = nn.Conv2d(12, upscale_factor**2, (3, 3), (1, 1), (1, 1))
        self.pixel_shuffle = nn.PixelShuffle(upscale_factor)
        self._initialize_weights()

    def forward(self, x):
        x = self.relu(self.conv1(x))
        x = self.relu(self.conv2(x))
        return self.pixel_shuffle(self.conv4(x))

    def _initialize_weights(self):
        init.orthogonal_(self.conv1.weight, init.calculate_gain("relu"))
        init.orthogonal_(self.conv2.weight, init.calculate_gain("relu"))
        init.orthogonal_(self.conv4.weight)


class Waves(Dataset):
    def __init__(self, n, seed):
        g = torch.Generator().manual_seed(seed)
        r = torch.arange(16.0)
        f = torch.rand(n, 2, 1, 1, generator=g) + 0.2
        self.images = 0.5 + 0.5 * torch.sin(f[:, :1] * r.view(1, 1, -1, 1) + f[:, 1:] * r.view(1, 1, 1, -1))

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        target = self.images[i]
        return F.avg_pool2d(target, 2), target


torch.manual_seed(123)
training = DataLoader(Waves(160, 1), batch_size=4, shuffle=True)
testing = DataLoader(Waves(40, 2), batch_size=10)
model = Net(2)
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(1, 4):
    epoch_loss = 0
    for iteration, batch in enumerate(training, 1):
        input, target = batch[0], batch[1]
        optimizer.zero_grad()
        loss = criterion(model(input), target)
        epoch_loss += loss.item()
        loss.backward()
        optimizer.step()
    print("===> Epoch {} Complete: Avg. Loss: {:.4f}".format(epoch, epoch_loss / len(training)))
    avg_psnr = 0
    with torch.no_grad():
        for batch in testing:
            mse = criterion(model(batch[0]), batch[1])
            avg_psnr += 10 * log10(1 / mse.item())
    print("===> Avg. PSNR: {:.4f} dB".format(avg_psnr / len(testing)))
