import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset

torch.manual_seed(12)
rng = np.random.default_rng(12)
n = 400
data = TensorDataset(torch.from_numpy(rng.normal(size=(n, 8)).astype("float32")), torch.from_numpy(rng.integers(0, 2, n)))
order = rng.permutation(n)
train_idx, test_idx = order[:320], order[240:]
train = DataLoader(Subset(data, train_idx.tolist()), batch_size=32, shuffle=True)
test = DataLoader(Subset(data, test_idx.tolist()), batch_size=80)
net = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(5):
    net.train()
    for x, y in train:
        opt.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        opt.step()
    net.eval()
    right = 0
    with torch.no_grad():
        for x, y in test:  # expect: train-val-contamination
            right += (net(x).argmax(1) == y).sum().item()  # expect: train-val-contamination
    print(epoch, right / len(test_idx))
