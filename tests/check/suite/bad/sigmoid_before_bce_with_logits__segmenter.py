import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset


class Stripes(Dataset):
    def __init__(self, n, seed):
        rng = np.random.default_rng(seed)
        self.masks = np.zeros((n, 1, 12, 12), dtype=np.float32)
        for i in range(n):
            a = rng.integers(0, 8)
            self.masks[i, :, a : a + rng.integers(2, 5)] = 1
        self.images = self.masks + rng.normal(0, 0.6, self.masks.shape).astype(np.float32)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        return self.images[i], self.masks[i]


class Segmenter(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU())
        self.dec = nn.Conv2d(8, 1, 1)

    def forward(self, x):
        return torch.sigmoid(self.dec(self.enc(x)))


class BCEDiceLoss(nn.Module):
    def __init__(self, pos_weight=2.0):
        super().__init__()
        self.bce = nn.BCEWithLogitsLoss(pos_weight=torch.tensor([pos_weight]))

    def forward(self, pred, target):
        inter = (pred * target).sum((1, 2, 3))
        dice = 1 - (2 * inter + 1) / (pred.sum((1, 2, 3)) + target.sum((1, 2, 3)) + 1)
        return self.bce(pred, target) + dice.mean()  # expect: sigmoid-before-bce-with-logits


torch.manual_seed(5)
model, criterion = Segmenter(), BCEDiceLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(3):
    model.train()
    for image, mask in DataLoader(Stripes(160, 1), batch_size=16, shuffle=True):
        loss = criterion(model(image), mask)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # expect: sigmoid-before-bce-with-logits
        optimizer.step()
    model.eval()
    hit = total = 0
    with torch.inference_mode():
        for image, mask in DataLoader(Stripes(40, 2), batch_size=20):
            hit += ((model(image) > 0.5) == (mask > 0.5)).sum().item()
            total += mask.numel()
    print(epoch, loss.item(), hit / total)
