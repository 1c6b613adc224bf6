import random
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class RandomShift:
    def __init__(self, most=2, seed=42):
        self.most = most
        self.random = random.Random(seed)  # expect: augmentation-rng-duplicated-in-workers

    def __call__(self, img):
        dx = self.random.randint(-self.most, self.most)  # expect: augmentation-rng-duplicated-in-workers
        dy = self.random.randint(-self.most, self.most)
        gain = 1 + 0.2 * self.random.gauss(0, 1)
        return gain * torch.roll(img, (dx, dy), (1, 2))


class Pictures(Dataset):
    def __init__(self, images, labels, transform=None):
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, idx):
        img = self.images[idx]
        if self.transform is not None:
            img = self.transform(img)
        return img, self.labels[idx]


def main():
    torch.manual_seed(11)
    labels = torch.randint(0, 2, (160,))
    images = 0.2 * torch.randn(160, 1, 8, 8)
    images[labels == 0, 0, 3:5, :] += 1
    images[labels == 1, 0, :, 3:5] += 1
    loader = DataLoader(Pictures(images, labels, RandomShift()), batch_size=16, shuffle=True, num_workers=2)
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveMaxPool2d(2), nn.Flatten(), nn.Linear(16, 2))
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for epoch in range(3):
        for x, y in loader:
            opt.zero_grad()
            loss = nn.functional.cross_entropy(net(x), y)
            loss.backward()
            opt.step()
        print('epoch', epoch, 'loss', round(loss.item(), 4))


if __name__ == '__main__':
    main()
