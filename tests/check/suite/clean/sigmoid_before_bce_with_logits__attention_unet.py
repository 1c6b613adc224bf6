import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset


class Blobs(Dataset):
    def __init__(self, n, seed):
        g = torch.Generator().manual_seed(seed)
        grid = torch.arange(16).float()
        cy, cx = torch.rand(2, n, 1, 1, generator=g) * 10 + 3
        self.mask = ((grid[:, None] - cy) ** 2 + (grid - cx) ** 2 < 12).float().unsqueeze(1)
        self.image = self.mask + 0.7 * torch.randn(n, 1, 16, 16, generator=g)

    def __len__(self):
        return len(self.mask)

    def __getitem__(self, i):
        return {"image": self.image[i], "mask": self.mask[i]}


class Gate(nn.Module):
    def __init__(self, g, x, inter):
        super().__init__()
        self.wg, self.wx, self.psi = nn.Conv2d(g, inter, 1), nn.Conv2d(x, inter, 1), nn.Conv2d(inter, 1, 1)

    def forward(self, g, x):
        return x * torch.sigmoid(self.psi(F.relu(self.wg(g) + self.wx(x))))


class AttentionUNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU())
        self.b = nn.Sequential(nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU())
        self.up = nn.ConvTranspose2d(16, 8, 2, 2)
        self.gate = Gate(8, 8, 4)
        self.out = nn.Conv2d(16, 1, 1)

    def forward(self, x):
        a = self.a(x)
        up = self.up(self.b(F.max_pool2d(a, 2)))
        return self.out(torch.cat([self.gate(up, a), up], 1))


def dice_loss(logits, target, eps=1.0):
    p = logits.sigmoid()
    inter = (p * target).sum((1, 2, 3))
    return (1 - (2 * inter + eps) / (p.sum((1, 2, 3)) + target.sum((1, 2, 3)) + eps)).mean()


def focal(logits, target, gamma=2.0):
    bce = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    p = torch.sigmoid(logits)
    pt = p * target + (1 - p) * (1 - target)
    return ((1 - pt) ** gamma * bce).mean()


@torch.no_grad()
def evaluate(net, loader):
    net.eval()
    score = n = 0
    for batch in loader:
        pred = (net(batch["image"]).sigmoid() > 0.5).float()
        inter = (pred * batch["mask"]).sum((1, 2, 3))
        score += (2 * inter / (pred.sum((1, 2, 3)) + batch["mask"].sum((1, 2, 3))).clamp(min=1)).sum().item()
        n += len(pred)
    net.train()
    return score / n


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--lr", type=float, default=5e-3)
    args = parser.parse_args()
    torch.manual_seed(0)
    net = AttentionUNet()
    train, val = DataLoader(Blobs(144, 0), 12, shuffle=True), DataLoader(Blobs(36, 1), 12)
    optimizer = torch.optim.RMSprop(net.parameters(), lr=args.lr, weight_decay=1e-8, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, "max", patience=1)
    for epoch in range(args.epochs):
        for batch in train:
            logits = net(batch["image"])
            loss = focal(logits, batch["mask"]) + dice_loss(logits, batch["mask"])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_value_(net.parameters(), 1.0)
            optimizer.step()
        score = evaluate(net, val)
        scheduler.step(score)
        print(epoch, loss.item(), score)
