import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset


class RandomFlip:
    def __call__(self, img):
        return img.flip(-1) if torch.rand(()) < 0.5 else img


class RandomCrop:
    def __init__(self, pad):
        self.pad = pad

    def __call__(self, img):
        c, h, w = img.shape
        big = nn.functional.pad(img, [self.pad] * 4)
        top, left = torch.randint(0, 2 * self.pad + 1, (2,)).tolist()
        return big[:, top:top + h, left:left + w]


class Compose:
    def __init__(self, *steps):
        self.steps = steps

    def __call__(self, img):
        for s in self.steps:
            img = s(img)
        return img


class Blobs(Dataset):
    MEAN, STD = 0.2, 0.6

    def __init__(self, n, transform=None, seed=0):
        g = torch.Generator().manual_seed(seed)
        self.labels = torch.randint(0, 3, (n,), generator=g)
        self.images = 0.4 * torch.randn(n, 3, 8, 8, generator=g)
        for i, k in enumerate(self.labels.tolist()):
            self.images[i, k, 2:6, 2:6] += 1
        self.transform = transform

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        img = (self.images[i] - self.MEAN) / self.STD
        if self.transform:
            img = self.transform(img)
        return img, self.labels[i]


def block(cin, cout):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, padding=1, bias=False), nn.BatchNorm2d(cout), nn.ReLU(inplace=True), nn.MaxPool2d(2))


torch.manual_seed(0)
train_dl = DataLoader(Blobs(192, Compose(RandomFlip(), RandomCrop(1)), seed=1), batch_size=32, shuffle=True, drop_last=True)
val_dl = DataLoader(Blobs(72, seed=2), batch_size=36)
model = nn.Sequential(block(3, 8), block(8, 16), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4, nesterov=True)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=4 * len(train_dl))
criterion = nn.CrossEntropyLoss()

for epoch in range(4):
    model.train()
    running = 0.0
    for x, y in train_dl:
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        scheduler.step()
        running += loss.item()
    model.eval()
    hits = 0
    with torch.inference_mode():
        for x, y in val_dl:
            hits += (model(x).argmax(1) == y).sum().item()
    print(f"epoch {epoch}: train {running / len(train_dl):.3f} val acc {hits / 72:.3f}")
