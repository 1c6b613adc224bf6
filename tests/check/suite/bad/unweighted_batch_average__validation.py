import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(4)
x = torch.randn(387, 8)
y = x[:, :1] - 0.5 * x[:, 1:2] + 0.3 * torch.randn(387, 1)
train = DataLoader(TensorDataset(x[:256], y[:256]), batch_size=32, shuffle=True)
val = DataLoader(TensorDataset(x[256:], y[256:]), batch_size=64)
net = nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 1))
mse = nn.MSELoss()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(4):
    net.train()
    for xb, yb in train:
        opt.zero_grad()
        loss = mse(net(xb), yb)
        loss.backward()
        opt.step()
    net.eval()
    val_loss = 0.0
    with torch.no_grad():
        for xb, yb in val:
            val_loss += mse(net(xb), yb).item()  # expect: unweighted-batch-average
    val_loss /= len(val)  # expect: unweighted-batch-average
    print(f"epoch {epoch} val loss {val_loss:.4f}")
