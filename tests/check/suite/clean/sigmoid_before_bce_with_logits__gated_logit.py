import torch
from torch import nn

torch.manual_seed(15)


class GatedNet(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.a, self.b = nn.Linear(d, 16), nn.Linear(d, 16)
        self.out = nn.Linear(16, 1)
        self.gate = nn.Linear(d, 1)
        self.scale = nn.Parameter(torch.tensor(4.0))

    def forward(self, x):
        h = torch.tanh(self.a(x)) * torch.sigmoid(self.b(x))
        return (self.out(h) * torch.sigmoid(self.gate(x)) * self.scale).squeeze(1)


model = GatedNet(7)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
criterion = nn.BCEWithLogitsLoss()
for step in range(60):
    x = torch.randn(64, 7)
    y = (x[:, 0] * x[:, 1] > 0).float()
    loss = criterion(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
with torch.no_grad():
    p = torch.sigmoid(model(x))
print(loss.item(), ((p > 0.5).float() == y).float().mean().item())
