"""A frozen trunk whose train() override keeps BatchNorm in eval."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class FineTune(nn.Module):
    def __init__(self, trunk):
        super().__init__()
        self.trunk = trunk.requires_grad_(False)
        self.head = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, 2))

    def train(self, mode=True):
        super().train(mode)
        self.trunk.eval()
        return self

    def forward(self, x):
        return self.head(self.trunk(x))


torch.manual_seed(92)
trunk = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
with torch.no_grad():
    for _ in range(5):
        trunk(torch.randn(32, 1, 8, 8))
model = FineTune(trunk)
x = torch.randn(192, 1, 8, 8)
x[::2] *= 2
y = (torch.arange(192) % 2 == 0).long()
train = DataLoader(TensorDataset(x[:144], y[:144]), 24, shuffle=True)
optimizer = torch.optim.Adam(model.head.parameters(), lr=1e-2)
for epoch in range(3):
    model.train()
    for a, b in train:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(a), b)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        print(epoch, (model(x[144:]).argmax(1) == y[144:]).float().mean().item())
