import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, get_worker_info


class Flips(Dataset):
    def __init__(self, n):
        g = torch.Generator().manual_seed(3)
        self.x = torch.randn(n, 12, generator=g)
        self.y = (self.x.abs().sum(1) > 9.5).long()
        self.rng = None

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        if self.rng is None:
            info = get_worker_info()
            self.rng = np.random.default_rng(info.seed if info else 0)
        sign = self.rng.choice([-1.0, 1.0], size=12).astype("float32")
        return self.x[i] * torch.from_numpy(sign), self.y[i]


def main():
    torch.manual_seed(51)
    loader = DataLoader(Flips(128), batch_size=16, shuffle=True, num_workers=2)
    model = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(2):
        for x, y in loader:
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    main()
