import torch
from torch import nn


class LazyHead(nn.Module):
    """Makes its layer once it has seen its input."""

    def __init__(self, out):
        super().__init__()
        self.out, self.fc = out, None

    def forward(self, x):
        if self.fc is None:
            self.fc = nn.Linear(x.shape[-1], self.out)
        return self.fc(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.LazyConv1d(8, 3, padding=1)
        self.head = LazyHead(2)

    def forward(self, x):
        return self.head(torch.relu(self.conv(x)).flatten(1))


torch.manual_seed(29)
model = Net()
model(torch.zeros(1, 3, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for step in range(50):
    x = torch.randn(32, 3, 10)
    y = (x[:, 0].mean(1) > 0).long()
    loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
