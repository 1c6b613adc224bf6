import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Config:
    seq, channels, hidden, classes = 20, 6, 24, 3


class ActivityNet(nn.Module):
    """Reads (batch, time, channels), and runs an LSTM that wants time first."""

    def __init__(self, c=Config):
        super().__init__()
        self.c = c
        self.lstm = nn.LSTM(c.channels, c.hidden)
        self.fc = nn.Linear(c.hidden, c.classes)

    def forward(self, x):
        x = x.view(x.size(1), x.size(0), self.c.channels)  # expect: view-instead-of-permute
        _, (h, _) = self.lstm(x)
        return self.fc(h[-1])


def recordings(n):
    y = torch.randint(0, Config.classes, (n,))
    t = torch.linspace(0, 3, Config.seq)[None, :, None]
    phase = torch.arange(Config.channels)[None, None, :] * 0.5
    x = torch.sin((y[:, None, None] + 1) * t * 2 + phase) + 0.3 * torch.randn(n, Config.seq, Config.channels)
    return x, y


torch.manual_seed(55)
x, y = recordings(384)
model = ActivityNet()
optim = torch.optim.Adam(model.parameters(), lr=1e-2)
ce = nn.CrossEntropyLoss()
for epoch in range(4):
    for xb, yb in DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True):
        loss = ce(model(xb), yb)
        optim.zero_grad()
        loss.backward()
        optim.step()
    print(epoch, loss.item())
