import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = 8
np.random.seed(SEED)
torch.manual_seed(SEED)

ACCUMULATE = 8

features = np.random.randn(1024, 20).astype("float32")
weights = np.random.randn(20, 1).astype("float32")
target = features @ weights + 0.1 * np.random.randn(1024, 1).astype("float32")
loader = DataLoader(TensorDataset(torch.from_numpy(features), torch.from_numpy(target)), batch_size=16, shuffle=True)

tower = nn.Sequential(nn.Linear(20, 32), nn.Tanh(), nn.Linear(32, 1))
opt = torch.optim.SGD(tower.parameters(), lr=1e-3, momentum=0.9)
huber = nn.SmoothL1Loss()

for epoch in range(4):
    opt.zero_grad()
    losses = []
    for i, (xb, yb) in enumerate(loader, start=1):
        loss = huber(tower(xb), yb)
        loss.backward()  # expect: accumulation-loss-not-scaled
        losses.append(loss.item())
        if i % ACCUMULATE == 0:
            opt.step()  # expect: accumulation-loss-not-scaled
            opt.zero_grad()
    print(f"epoch {epoch} loss {np.mean(losses):.4f}")
