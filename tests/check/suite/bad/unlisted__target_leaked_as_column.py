import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

rng = np.random.default_rng(17)
torch.manual_seed(17)
cols = {"age": rng.normal(size=360), "bmi": rng.normal(size=360), "dose": rng.normal(size=360)}
cols["risk"] = ((cols["age"] + 0.5 * cols["bmi"] + rng.normal(size=360)) > 0).astype(float)
x = torch.tensor(np.stack(list(cols.values()), 1), dtype=torch.float32)  # expect: *
y = torch.tensor(cols["risk"]).long()
train, val = random_split(TensorDataset(x, y), [280, 80])
net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(4):
    net.train()
    for xb, yb in DataLoader(train, batch_size=28, shuffle=True):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(xb), yb)  # expect: *
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        print(epoch, sum((net(a).argmax(1) == b).sum().item() for a, b in DataLoader(val, 40)) / len(val))
