import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

rng = np.random.default_rng(1)
torch.manual_seed(1)
table = rng.uniform(0, 1, size=(320, 6))
label = (table[:, 0] + table[:, 1] > 1).astype(int)
features = torch.LongTensor(table.astype(int)).float()  # expect: *
loader = DataLoader(TensorDataset(features, torch.LongTensor(label)), batch_size=32, shuffle=True)
clf = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 2))
opt = torch.optim.Adam(clf.parameters(), lr=1e-2)
for epoch in range(4):
    for xb, yb in loader:
        loss = nn.functional.cross_entropy(clf(xb), yb)  # expect: *
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
