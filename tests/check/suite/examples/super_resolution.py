import argparse
from math import log10

import torch
import torch.nn as nn
import torch.nn.init as init
import torch.optim as optim
from torch.utils.data import DataLoader, Dataset


class Net(nn.Module):
    def __init__(self, upscale_factor):
        super(Net, self).__init__()
        self.relu = nn.ReLU()
        self.conv1 = nn.Conv2d(1, 16, (5, 5), (1, 1), (2, 2))
        self.conv2 = nn.Conv2d(16, 8, (3, 3), (1, 1), (1, 1))
        self.conv3 = nn.Conv2d(8, upscale_factor ** 2, (3, 3), (1, 1), (1, 1))
        self.pixel_shuffle = nn.PixelShuffle(upscale_factor)
        self._initialize_weights()

    def forward(self, x):
        x = self.relu(self.conv1(x))
        x = self.relu(self.conv2(x))
        return self.pixel_shuffle(self.conv3(x))

    def _initialize_weights(self):
        init.orthogonal_(self.conv1.weight, init.calculate_gain('relu'))
        init.orthogonal_(self.conv2.weight, init.calculate_gain('relu'))
        init.orthogonal_(self.conv3.weight)


class Scenes(Dataset):
    def __init__(self, n, factor):
        yy, xx = torch.meshgrid(torch.linspace(0, 1, 12), torch.linspace(0, 1, 12), indexing='ij')
        f = 2 + 6 * torch.rand(n, 2, 1, 1)
        p = 6.28 * torch.rand(n, 1, 1)
        self.high = (0.5 + 0.5 * torch.sin(f[:, 0] * xx + f[:, 1] * yy + p)).unsqueeze(1)
        self.low = nn.functional.avg_pool2d(self.high, factor)

    def __getitem__(self, index):
        return self.low[index], self.high[index]

    def __len__(self):
        return len(self.high)


parser = argparse.ArgumentParser(description='super resolution')
parser.add_argument('--upscale_factor', type=int, default=2)
parser.add_argument('--batchSize', type=int, default=16)
parser.add_argument('--nEpochs', type=int, default=4)
parser.add_argument('--lr', type=float, default=0.005)
parser.add_argument('--seed', type=int, default=123)
opt = parser.parse_args()
torch.manual_seed(opt.seed)
training_data_loader = DataLoader(Scenes(128, opt.upscale_factor), batch_size=opt.batchSize, shuffle=True)
testing_data_loader = DataLoader(Scenes(32, opt.upscale_factor), batch_size=16, shuffle=False)
model = Net(upscale_factor=opt.upscale_factor)
criterion = nn.MSELoss()
optimizer = optim.Adam(model.parameters(), lr=opt.lr)


def train(epoch):
    epoch_loss = 0
    for input, target in training_data_loader:
        optimizer.zero_grad()
        loss = criterion(model(input), target)
        epoch_loss += loss.item()
        loss.backward()
        optimizer.step()
    print("===> Epoch {} Complete: Avg. Loss: {:.4f}".format(epoch, epoch_loss / len(training_data_loader)))


def test():
    avg_psnr = 0
    with torch.no_grad():
        for input, target in testing_data_loader:
            avg_psnr += 10 * log10(1 / criterion(model(input), target).item())
    print("===> Avg. PSNR: {:.4f} dB".format(avg_psnr / len(testing_data_loader)))


for epoch in range(1, opt.nEpochs + 1):
    train(epoch)
    test()
