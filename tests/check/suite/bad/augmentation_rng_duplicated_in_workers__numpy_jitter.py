import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Jittered(Dataset):
    def __init__(self, x, y, sigma=0.2):
        self.x, self.y, self.sigma = x, y, sigma
        self.rng = np.random.default_rng(0)  # expect: augmentation-rng-duplicated-in-workers

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        noise = self.rng.normal(0, self.sigma, size=self.x[i].shape).astype(np.float32)  # expect: augmentation-rng-duplicated-in-workers
        return torch.from_numpy(self.x[i] + noise), self.y[i]


def main():
    torch.manual_seed(30)
    source = np.random.default_rng(7)
    x = source.normal(size=(128, 10)).astype(np.float32)
    y = (x.sum(1) > 0).astype(np.int64)
    loader = DataLoader(Jittered(x, y), batch_size=16, shuffle=True, num_workers=2)  # expect: augmentation-rng-duplicated-in-workers
    model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(2):
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(xb), yb)
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    main()
