import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(10)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(10, 32), nn.BatchNorm1d(32), nn.ReLU())

    def forward(self, x):
        return self.net(x)


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Dropout(0.4), nn.Linear(32, 2))

    def forward(self, z):
        return self.net(z)


encoder, head = Encoder(), Head()
x = torch.randn(400, 10)
y = (x[:, 0] + x[:, 1] > 0).long()
train = DataLoader(TensorDataset(x[:320], y[:320]), batch_size=32, shuffle=True)
val = DataLoader(TensorDataset(x[320:], y[320:]), batch_size=40)
opt = torch.optim.Adam([*encoder.parameters(), *head.parameters()], lr=3e-3)
for epoch in range(4):
    encoder.train()
    head.train()
    for xb, yb in train:
        opt.zero_grad()
        nn.functional.cross_entropy(head(encoder(xb)), yb).backward()
        opt.step()
    encoder.eval()
    hits = 0
    with torch.no_grad():
        for xb, yb in val:
            hits += (head(encoder(xb)).argmax(1) == yb).sum().item()  # expect: validation-in-train-mode
    print(epoch, hits / 80)
