import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

rng = np.random.default_rng(8)
torch.manual_seed(8)
X = rng.normal(size=(300, 12)).astype("float32")
y = (X[:, 0] + X[:, 1] + rng.normal(size=300) > 1.4).astype("int64")

pos = np.flatnonzero(y == 1)
extra = rng.choice(pos, size=(y == 0).sum() - len(pos))
X, y = np.concatenate([X, X[extra]]), np.concatenate([y, y[extra]])
perm = rng.permutation(len(X))
cut = int(0.75 * len(X))
tr, va = perm[:cut], perm[cut:]
train = DataLoader(TensorDataset(torch.from_numpy(X[tr]), torch.from_numpy(y[tr])), batch_size=32, shuffle=True)
valid = DataLoader(TensorDataset(torch.from_numpy(X[va]), torch.from_numpy(y[va])), batch_size=64)

net = nn.Sequential(nn.Linear(12, 64), nn.ReLU(), nn.Linear(64, 2))
opt = torch.optim.AdamW(net.parameters(), lr=3e-3)
for epoch in range(5):
    net.train()
    for xb, yb in train:
        opt.zero_grad()
        nn.functional.cross_entropy(net(xb), yb).backward()
        opt.step()
    net.eval()
    good = 0
    with torch.no_grad():
        for xb, yb in valid:  # expect: train-val-contamination
            good += (net(xb).argmax(1) == yb).sum().item()  # expect: train-val-contamination
    print(epoch, good / len(va))
