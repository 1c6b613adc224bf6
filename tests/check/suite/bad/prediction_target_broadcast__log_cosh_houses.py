import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Houses(Dataset):
    def __init__(self, n, rng):
        self.area = rng.uniform(30, 200, n)
        self.rooms = rng.integers(1, 7, n)
        self.age = rng.uniform(0, 80, n)
        self.price = 2.0 * self.area + 9.0 * self.rooms - 0.7 * self.age + rng.normal(0, 10, n)
        self.x = np.stack([self.area / 100, self.rooms / 4, self.age / 40], axis=1).astype(np.float32)
        self.y = ((self.price - self.price.mean()) / self.price.std()).astype(np.float32)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


def log_cosh(prediction, target):
    error = prediction - target  # expect: prediction-target-broadcast
    return (error + nn.functional.softplus(-2.0 * error) - 0.6931).mean()


def main():
    rng = np.random.default_rng(12)
    torch.manual_seed(12)
    loader = DataLoader(Houses(600, rng), batch_size=50, shuffle=True)
    model = nn.Sequential(nn.Linear(3, 32), nn.ReLU(), nn.Linear(32, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(4):
        for x, y in loader:
            optimizer.zero_grad()
            loss = log_cosh(model(x), y)  # expect: prediction-target-broadcast
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


main()
