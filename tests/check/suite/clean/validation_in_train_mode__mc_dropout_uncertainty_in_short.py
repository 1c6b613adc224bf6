"""Monte-Carlo dropout: uncertainty from many passes with dropout on."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, 48), nn.ReLU(), nn.Dropout(0.1), nn.Linear(48, 1))

    def forward(self, x):
        return self.net(x)


def enable_dropout(model):
    for m in model.modules():
        if isinstance(m, nn.Dropout):
            m.train()


def predict_with_uncertainty(model, x, passes=20):
    model.eval()
    enable_dropout(model)
    with torch.no_grad():
        draws = torch.stack([model(x) for _ in range(passes)])
    return draws.mean(0), draws.std(0)


torch.manual_seed(93)
x = torch.rand(200, 1) * 4 - 2
y = torch.sin(2 * x) + 0.1 * torch.randn(200, 1)
grid = torch.linspace(-3, 3, 31)[:, None]
model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(6):
    model.train()
    for a, b in DataLoader(TensorDataset(x, y), 25, shuffle=True):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(a), b)
        loss.backward()
        optimizer.step()
    if epoch % 2:
        mean, spread = predict_with_uncertainty(model, grid)
        print(epoch, loss.item(), spread.mean().item())
