# torch seeds its own and NumPy's global generator in every worker, so both are safe
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset


class Augmented(Dataset):
    def __init__(self, images, labels):
        self.images, self.labels = images, labels

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        img = self.images[i]
        if torch.rand(()) < 0.5:
            img = img.flip(-1)
        return img + float(np.random.normal(0, 0.1)) + 0.05 * torch.randn_like(img), self.labels[i]


if __name__ == "__main__":
    torch.manual_seed(30)
    labels = torch.randint(0, 2, (160,))
    images = 0.3 * torch.randn(160, 1, 6, 6)
    images[labels == 1, 0, 4:] += 1
    loader = DataLoader(Augmented(images, labels), batch_size=16, shuffle=True, num_workers=2)
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2))
    opt = torch.optim.Adam(net.parameters(), lr=5e-3)
    for epoch in range(3):
        for x, y in loader:
            opt.zero_grad()
            loss = nn.functional.cross_entropy(net(x), y)
            loss.backward()
            opt.step()
        print(epoch, round(loss.item(), 3))
