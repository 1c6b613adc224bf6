import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(6)
x = torch.randn(192, 7)
y = torch.stack([x[:, 0] + x[:, 1], x[:, 2] - x[:, 3]], dim=1)
loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)

model = nn.Sequential(nn.Linear(7, 20), nn.ReLU(), nn.Linear(20, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
loss_fn = nn.MSELoss(reduction='sum')

# the exact full-batch gradient, computed in slices that fit
for epoch in range(12):
    optimizer.zero_grad()
    total = 0.0
    for xb, yb in loader:
        loss = loss_fn(model(xb), yb) / len(x)
        loss.backward()
        total += loss.item()
    optimizer.step()
    if epoch % 3 == 2:
        print(epoch, total)
