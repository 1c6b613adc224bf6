import math

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(6)
x = torch.randn(480, 10)
x[::97] = float("nan")
y = torch.randn(480, 1)
loader = DataLoader(TensorDataset(x, y), batch_size=24, shuffle=True)
model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

for epoch in range(4):
    used = skipped = 0
    for xb, yb in loader:
        keep = torch.isfinite(xb).all(dim=1)
        xb, yb = xb[keep], yb[keep]
        loss = nn.functional.mse_loss(model(xb), yb)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        if not math.isfinite(norm) or norm > 4.0:
            optimizer.zero_grad()
            skipped += 1
            continue
        optimizer.step()
        optimizer.zero_grad()
        used += 1
    print(epoch, used, skipped, loss.item())
