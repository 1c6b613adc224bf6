import torch
from torch import nn

torch.manual_seed(61)


def stream(x, y, size):
    """Batches in random order."""
    for pick in torch.randperm(len(x)).split(size):
        yield x[pick], y[pick]


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(nn.Linear(20, 8), nn.ReLU())
        self.decode = nn.Linear(8, 20)

    def forward(self, x):
        return self.decode(self.encode(x))


base = torch.randn(400, 4) @ torch.randn(4, 20)
data = base + 0.1 * torch.randn(400, 20)
batches = stream(data, data, 40)  # expect: exhausted-training-iterator

model = Autoencoder()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(5):
    total, n = 0.0, 0
    for x, y in batches:  # expect: exhausted-training-iterator
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, n = total + loss.item(), n + 1
    print("epoch", epoch, total / max(n, 1))
