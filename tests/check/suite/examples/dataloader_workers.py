import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset


class FaceLandmarks(Dataset):
    """picture -> two coordinates, with a random shift as augmentation"""

    def __init__(self, n, train):
        g = torch.Generator().manual_seed(0 if train else 1)
        self.point = 2 + 4 * torch.rand(n, 2, generator=g)
        self.train = train
        grid = torch.arange(9.0)
        self.image = torch.exp(-((grid.view(1, 9, 1) - self.point[:, :1, None]) ** 2 + (grid.view(1, 1, 9) - self.point[:, 1:, None]) ** 2))

    def __len__(self):
        return len(self.point)

    def __getitem__(self, i):
        image, point = self.image[i].unsqueeze(0), self.point[i]
        if self.train:
            dr, dc = torch.randint(-1, 2, (2,)).tolist()
            image = torch.roll(image, (dr, dc), (1, 2))
            point = point + torch.tensor([dr, dc])
        return {'image': image, 'point': (point - 4) / 2}


def main():
    torch.manual_seed(12)
    train = DataLoader(FaceLandmarks(160, True), batch_size=20, shuffle=True, num_workers=2, persistent_workers=True)
    valid = DataLoader(FaceLandmarks(60, False), batch_size=30, num_workers=0)
    net = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(294, 32), nn.ReLU(), nn.Linear(32, 2))
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    for epoch in range(4):
        net.train()
        for sample in train:
            loss = nn.functional.mse_loss(net(sample['image']), sample['point'])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        net.eval()
        err = 0.0
        with torch.no_grad():
            for sample in valid:
                err += nn.functional.mse_loss(net(sample['image']), sample['point'], reduction='sum').item()
        print('epoch %d: mean squared error %.4f' % (epoch, err / 120))


if __name__ == '__main__':
    main()
