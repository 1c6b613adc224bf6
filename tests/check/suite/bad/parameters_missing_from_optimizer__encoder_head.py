import torch
from torch import nn, optim

torch.manual_seed(82)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU())

    def forward(self, x):
        return self.layers(x)


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(16, 3)

    def forward(self, z):
        return self.fc(z)


def build():
    encoder, head = Encoder(), Head()
    optimizer = optim.SGD(head.parameters(), lr=0.05, momentum=0.9)  # expect: parameters-missing-from-optimizer
    return encoder, head, optimizer


def batches(n):
    w = torch.randn(16, 3)
    for _ in range(n):
        x = torch.randn(40, 16)
        yield x, (x.abs() @ w).argmax(1)


encoder, head, optimizer = build()
encoder.train(); head.train()
criterion = nn.CrossEntropyLoss()
for i, (x, y) in enumerate(batches(50)):
    encoder.zero_grad()
    head.zero_grad()
    loss = criterion(head(encoder(x)), y)
    loss.backward()
    optimizer.step()  # expect: parameters-missing-from-optimizer
    if i % 10 == 0:
        print(i, loss.item())
