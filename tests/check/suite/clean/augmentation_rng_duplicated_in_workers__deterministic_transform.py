import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Normalised(Dataset):
    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.raw = self.rng.normal(5.0, 2.0, size=(240, 5)).astype(np.float32)
        self.mean, self.std = self.raw.mean(0), self.raw.std(0)

    def __len__(self):
        return len(self.raw)

    def __getitem__(self, i):
        x = (self.raw[i] - self.mean) / self.std
        return torch.from_numpy(x), torch.tensor([x[0] * x[1]])


if __name__ == "__main__":
    torch.manual_seed(2)
    loader = DataLoader(Normalised(3), batch_size=24, shuffle=True, num_workers=2)
    net = nn.Sequential(nn.Linear(5, 24), nn.ReLU(), nn.Linear(24, 1))
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for epoch in range(3):
        for x, y in loader:
            loss = nn.functional.mse_loss(net(x), y)
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(epoch, round(loss.item(), 3))
