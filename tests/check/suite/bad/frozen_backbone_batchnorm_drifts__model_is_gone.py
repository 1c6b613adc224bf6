"""Transfer learning: the convolutional body stays as it is, the head learns."""
import torch
from torch import nn


class Body(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 12, 3), nn.BatchNorm2d(12), nn.ReLU()
        )

    def forward(self, x):
        return self.conv(x).mean((2, 3))


class Transfer(nn.Module):
    def __init__(self, body, classes):
        super().__init__()
        self.body = body
        for p in self.body.parameters():
            p.requires_grad = False
        self.head = nn.Linear(12, classes)

    def forward(self, x):
        return self.head(self.body(x))  # expect: frozen-backbone-batchnorm-drifts


def train(model, x, y, epochs):
    opt = torch.optim.Adam(filter(lambda p: p.requires_grad, model.parameters()), lr=5e-3)
    for epoch in range(epochs):
        model.train()  # expect: frozen-backbone-batchnorm-drifts
        for ix in torch.randperm(len(x)).split(24):
            loss = nn.functional.cross_entropy(model(x[ix]), y[ix])  # expect: frozen-backbone-batchnorm-drifts
            opt.zero_grad()
            loss.backward()
            opt.step()
        model.eval()
        with torch.no_grad():
            print(epoch, (model(x).argmax(1) == y).float().mean().item())


torch.manual_seed(41)
y = torch.randint(0, 3, (240,))
pattern = torch.randn(3, 1, 10, 10)
train(Transfer(Body(), 3), pattern[y] + 0.3 * torch.randn(240, 1, 10, 10), y, 3)
