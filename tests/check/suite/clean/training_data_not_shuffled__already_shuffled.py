import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

rng = np.random.default_rng(11)
torch.manual_seed(11)
labels = np.repeat(np.arange(3), 100)
points = rng.normal(size=(300, 5)) + 1.5 * np.eye(5)[labels]
perm = rng.permutation(300)
points, labels = points[perm].astype(np.float32), labels[perm]
loader = DataLoader(TensorDataset(torch.from_numpy(points), torch.from_numpy(labels)), batch_size=30)
net = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 3))
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
for epoch in range(3):
    for xb, yb in loader:
        loss = nn.functional.cross_entropy(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
