"""House prices with a hand-written Huber loss and sample weights."""

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Houses(Dataset):
    def __init__(self, n):
        g = torch.Generator().manual_seed(5)
        self.x = torch.rand(n, 6, generator=g)
        self.price = 3 * self.x[:, 0] + self.x[:, 1] * self.x[:, 2] + 0.1 * torch.randn(n, generator=g)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return {"x": self.x[i], "price": self.price[i]}


def huber(prediction, target, delta=0.5):
    error = prediction - target  # expect: prediction-target-broadcast
    small = error.abs() <= delta
    return torch.where(small, 0.5 * error**2, delta * (error.abs() - 0.5 * delta)).mean()


class Pricer(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(6, 32), nn.SiLU(), nn.Linear(32, 1))

    def forward(self, x):
        return self.layers(x)


def main():
    torch.manual_seed(5)
    loader = DataLoader(Houses(256), batch_size=32, shuffle=True)
    model = Pricer()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(4):
        total = 0.0
        for batch in loader:
            optimizer.zero_grad(set_to_none=True)
            loss = huber(model(batch["x"]), batch["price"])  # expect: prediction-target-broadcast
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch["price"])
        print(epoch, total / 256)


main()
