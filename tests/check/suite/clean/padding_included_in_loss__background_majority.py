import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Shapes(Dataset):
    """Small scenes: background 0, squares 1, bars 2."""

    def __init__(self, n, seed):
        g = torch.Generator().manual_seed(seed)
        self.masks = torch.zeros(n, 16, 16, dtype=torch.long)
        for m in self.masks:
            r, c = torch.randint(0, 11, (2,), generator=g).tolist()
            m[r : r + 4, c : c + 4] = 1
            m[torch.randint(0, 16, (), generator=g)] = 2
        self.images = (self.masks == 1).float() - (self.masks == 2).float()
        self.images = (self.images + 0.3 * torch.randn(self.images.shape, generator=g))[:, None]

    def __len__(self):
        return len(self.masks)

    def __getitem__(self, i):
        return self.images[i], self.masks[i]


def iou(prediction, mask, classes=3):
    out = []
    for c in range(classes):
        a, b = prediction == c, mask == c
        out.append((a & b).sum().item() / max((a | b).sum().item(), 1))
    return out


torch.manual_seed(21)
model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 3, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
train, val = DataLoader(Shapes(160, 1), 16, shuffle=True), DataLoader(Shapes(32, 2), 32)
for epoch in range(2):
    model.train()
    for x, m in train:
        loss = nn.functional.cross_entropy(model(x), m)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        for x, m in val:
            print(epoch, iou(model(x).argmax(1), m))
