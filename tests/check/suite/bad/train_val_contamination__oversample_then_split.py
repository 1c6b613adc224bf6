"""Fraud: the rare class is repeated, then the rows are split."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

SEED = 3
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)
X = rng.normal(size=(400, 12)).astype(np.float32)
y = (X[:, 0] + X[:, 1] > 1.9).astype(np.int64)
rare = np.flatnonzero(y == 1)
extra = rng.choice(rare, size=(y == 0).sum() - len(rare), replace=True)
X, y = np.concatenate([X, X[extra]]), np.concatenate([y, y[extra]])

ds = TensorDataset(torch.from_numpy(X), torch.from_numpy(y))
n_val = len(ds) // 5
train_ds, val_ds = random_split(ds, [len(ds) - n_val, n_val], generator=torch.Generator().manual_seed(SEED))  # expect: train-val-contamination
train_dl = DataLoader(train_ds, batch_size=32, shuffle=True)
val_dl = DataLoader(val_ds, batch_size=64)  # expect: train-val-contamination

net = nn.Sequential(nn.Linear(12, 64), nn.ReLU(), nn.Linear(64, 2))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(4):
    net.train()
    for xb, yb in train_dl:
        opt.zero_grad()
        nn.functional.cross_entropy(net(xb), yb).backward()
        opt.step()
    net.eval()
    hits = n = 0
    with torch.no_grad():
        for xb, yb in val_dl:  # expect: train-val-contamination
            hits += (net(xb).argmax(1) == yb).sum().item()  # expect: train-val-contamination
            n += len(yb)
    print(epoch, hits / n)
