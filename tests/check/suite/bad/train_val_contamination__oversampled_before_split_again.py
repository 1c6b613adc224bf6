"""A rare class is oversampled, then the table is split."""
import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(69)
torch.manual_seed(69)
X = rng.normal(size=(300, 9)).astype(np.float32)
y = (X[:, 0] + X[:, 1] > 1.6).astype(np.int64)
rare = np.flatnonzero(y)
extra = rng.choice(rare, size=260)
X, y = np.concatenate([X, X[extra]]), np.concatenate([y, y[extra]])
order = rng.permutation(len(X))
cut = int(0.75 * len(X))
train, val = order[:cut], order[cut:]

net = nn.Sequential(nn.Linear(9, 32), nn.ReLU(), nn.Linear(32, 2))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(4):
    rng.shuffle(train)
    for i in np.array_split(train, 12):
        out = net(torch.from_numpy(X[i]))
        loss = nn.functional.cross_entropy(out, torch.from_numpy(y[i]))
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        hits = net(torch.from_numpy(X[val])).argmax(1).numpy() == y[val]  # expect: train-val-contamination
    print(epoch, hits.mean())
