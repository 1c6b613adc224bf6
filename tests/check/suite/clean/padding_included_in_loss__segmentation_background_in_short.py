"""Segmentation where most of the pixels are background, class 0."""

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Blobs(Dataset):
    def __init__(self, n):
        g = torch.Generator().manual_seed(4)
        self.mask = torch.zeros(n, 12, 12, dtype=torch.long)
        for m in self.mask:
            r, c = torch.randint(0, 8, (2,), generator=g).tolist()
            m[r : r + 4, c : c + 4] = int(torch.randint(1, 3, (), generator=g))
        self.image = torch.relu(self.mask[:, None] + 0.3 * torch.randn(n, 1, 12, 12, generator=g) - 0.5)

    def __len__(self):
        return len(self.mask)

    def __getitem__(self, i):
        return self.image[i], self.mask[i]


def dice(logits, mask):
    predicted = logits.argmax(1) > 0
    truth = mask > 0
    return 2 * (predicted & truth).sum().item() / max(1, (predicted.sum() + truth.sum()).item())


torch.manual_seed(83)
net = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 3, 1)
)
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
loader = DataLoader(Blobs(128), 16, shuffle=True)
for epoch in range(3):
    for image, mask in loader:
        optimizer.zero_grad()
        logits = net(image)
        loss = nn.functional.cross_entropy(logits, mask)
        loss.backward()
        optimizer.step()
    print(epoch, loss.item(), dice(logits, mask))
