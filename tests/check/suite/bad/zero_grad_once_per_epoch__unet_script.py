import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset, random_split


def conv_block(cin, cout):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, padding=1), nn.GroupNorm(2, cout), nn.ReLU(inplace=True))


class TinyUNet(nn.Module):
    def __init__(self, n_classes=2):
        super().__init__()
        self.down1 = conv_block(1, 8)
        self.down2 = conv_block(8, 16)
        self.up = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.fuse = conv_block(16, 8)
        self.out = nn.Conv2d(8, n_classes, 1)

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(F.max_pool2d(a, 2))
        return self.out(self.fuse(torch.cat([a, self.up(b)], 1)))


def make_discs(n, size=16):
    yy, xx = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    centre = torch.randint(4, 12, (n, 2, 1, 1))
    radius = torch.randint(2, 6, (n, 1, 1))
    mask = ((yy - centre[:, 0]) ** 2 + (xx - centre[:, 1]) ** 2 <= radius**2).long()
    return mask.unsqueeze(1).float() + 0.5 * torch.randn(n, 1, size, size), mask


@torch.no_grad()
def evaluate(net, loader):
    net.eval()
    inter = union = 0
    for image, mask in loader:
        pred = net(image).argmax(1)
        inter += ((pred == 1) & (mask == 1)).sum().item()
        union += ((pred == 1) | (mask == 1)).sum().item()
    net.train()
    return inter / max(union, 1)


def train_net(net, train_loader, val_loader, args):
    optimizer = torch.optim.RMSprop(net.parameters(), lr=args.lr, momentum=0.5)
    criterion = nn.CrossEntropyLoss()
    for epoch in range(1, args.epochs + 1):
        net.train()
        epoch_loss = 0.0
        optimizer.zero_grad()  # expect: zero-grad-once-per-epoch
        for images, true_masks in train_loader:
            masks_pred = net(images)
            loss = criterion(masks_pred, true_masks)
            loss.backward()
            optimizer.step()  # expect: zero-grad-once-per-epoch
            epoch_loss += loss.item() * images.size(0)
        print(f"epoch {epoch} loss {epoch_loss / len(train_loader.dataset):.4f} IoU {evaluate(net, val_loader):.3f}")


def main():
    parser = argparse.ArgumentParser(description="Train the UNet on images and target masks")
    parser.add_argument("--epochs", "-e", type=int, default=3)
    parser.add_argument("--batch-size", "-b", type=int, default=12)
    parser.add_argument("--lr", type=float, default=1e-4)
    args = parser.parse_args()
    torch.manual_seed(3)
    images, masks = make_discs(150)
    train_set, val_set = random_split(TensorDataset(images, masks), [120, 30])
    train_loader = DataLoader(train_set, shuffle=True, batch_size=args.batch_size)
    val_loader = DataLoader(val_set, batch_size=args.batch_size)
    train_net(TinyUNet(), train_loader, val_loader, args)


if __name__ == "__main__":
    main()
