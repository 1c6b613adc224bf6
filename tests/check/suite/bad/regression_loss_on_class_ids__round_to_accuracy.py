"""Wine-like cultivars: three classes, one output."""

import numpy as np
import torch
from torch import nn

SEED = 21
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)

kinds = rng.integers(0, 4, size=280)
centers = rng.normal(size=(4, 9)) * 1.5
x = torch.tensor(centers[kinds] + rng.normal(size=(280, 9)), dtype=torch.float32)
y = torch.tensor(kinds)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(9, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, v):
        return self.net(v).squeeze(-1)


model = Net()
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
train, test = torch.arange(0, 200), torch.arange(200, 280)

for epoch in range(6):
    model.train()
    for rows in train[torch.randperm(200)].split(40):
        optimizer.zero_grad()
        loss = criterion(model(x[rows]), y[rows].float())  # expect: regression-loss-on-class-ids
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        predicted = model(x[test]).round().long().clamp(0, 3)
        accuracy = (predicted == y[test]).float().mean().item()
    print(epoch, round(accuracy, 3))
