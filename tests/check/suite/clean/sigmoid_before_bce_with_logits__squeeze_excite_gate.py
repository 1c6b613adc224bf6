"""Channel gates with a sigmoid; the head gives logits."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Excite(nn.Module):
    def __init__(self, channels, squeeze=2):
        super().__init__()
        self.fc = nn.Sequential(
            nn.Linear(channels, channels // squeeze), nn.ReLU(), nn.Linear(channels // squeeze, channels), nn.Sigmoid()
        )

    def forward(self, x):
        return x * self.fc(x.mean((2, 3)))[:, :, None, None]


class Gated(nn.Module):
    """The last product is the logit itself: value times a sigmoid gate."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)
        self.excite = Excite(8)
        self.value, self.gate = nn.Linear(8, 1), nn.Linear(8, 1)

    def forward(self, x):
        h = self.excite(torch.relu(self.conv(x))).mean((2, 3))
        return (self.value(h) * torch.sigmoid(self.gate(h))).squeeze(1)


torch.manual_seed(78)
x = torch.randn(200, 1, 9, 9)
y = (x[:, 0, 3:6, 3:6].mean((1, 2)) > 0).float()
loader = DataLoader(TensorDataset(x, y), 25, shuffle=True)
model = Gated()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(4):
    for a, b in loader:
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(a), b)
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
