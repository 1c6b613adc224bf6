"""Fine-tunes with the running statistics fixed: the override of train() keeps BatchNorm in eval."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class FixedBNNet(nn.Module):
    def __init__(self, freeze_bn=False):
        super().__init__()
        self.freeze_bn = freeze_bn
        self.enc = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU())
        self.drop = nn.Dropout2d(0.1)
        self.dec = nn.Conv2d(8, 2, 1)

    def forward(self, x):
        return self.dec(self.drop(self.enc(x)))

    def train(self, mode=True):
        super().train(mode)
        if self.freeze_bn:
            for m in self.modules():
                if isinstance(m, nn.BatchNorm2d):
                    m.eval()
        return self


def run(model, loader, optimizer=None):
    training = optimizer is not None
    model.train(training)
    total = pixels = 0
    with torch.set_grad_enabled(training):
        for image, mask in loader:
            out = model(image)
            loss = nn.functional.cross_entropy(out, mask, weight=torch.tensor([0.5, 1.5]))
            if training:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            total += (out.argmax(1) == mask).sum().item()
            pixels += mask.numel()
    return total / pixels


def data(n):
    mask = torch.zeros(n, 10, 10, dtype=torch.long)
    for i, (r, c) in enumerate(torch.randint(1, 6, (n, 2)).tolist()):
        mask[i, r : r + 4, c : c + 4] = 1
    return TensorDataset(mask.unsqueeze(1) + 0.6 * torch.randn(n, 1, 10, 10), mask)


torch.manual_seed(41)
train, val = DataLoader(data(120), 12, shuffle=True), DataLoader(data(36), 12)
model = FixedBNNet()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(4):
    if epoch == 2:
        model.freeze_bn = True
        for group in optimizer.param_groups:
            group["lr"] *= 0.2
    print(epoch, run(model, train, optimizer), run(model, val))
