"""Tabular kernel: house prices with an own RMSLE."""
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset


class HouseDS(Dataset):
    def __init__(self, num, cat, y):
        self.num, self.cat, self.y = num, cat, y

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return {"num": self.num[i], "cat": self.cat[i], "y": self.y[i]}


class HouseNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(12, 4)
        self.seq = nn.Sequential(nn.Linear(12, 48), nn.ReLU(), nn.Linear(48, 1))

    def forward(self, num, cat):
        return self.seq(torch.cat([num, self.emb(cat)], 1))


def rmse(pred, y):
    return torch.sqrt(torch.mean((pred - y) ** 2) + 1e-9)  # expect: prediction-target-broadcast


rng = np.random.default_rng(0)
torch.manual_seed(0)
num = rng.standard_normal((600, 8)).astype(np.float32)
cat = rng.integers(0, 12, 600)
price = np.log1p(np.exp(12 + 0.3 * num[:, 0] + 0.05 * cat)).astype(np.float32)
price = (price - price.mean()) / price.std()
ds = HouseDS(num, cat, price)
dl = DataLoader(ds, batch_size=30, shuffle=True)
net = HouseNet()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for ep in range(3):
    tot = 0
    for b in dl:
        opt.zero_grad()
        loss = rmse(net(b["num"], b["cat"]), b["y"])
        loss.backward()  # expect: prediction-target-broadcast
        opt.step()
        tot += loss.item()
    print(f"ep {ep} rmsle {tot / len(dl):.4f}")
