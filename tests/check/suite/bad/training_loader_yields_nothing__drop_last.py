import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(6)
x = torch.randn(100, 5)
y = (x[:, 0] > 0).long()
train_ds, test_ds = TensorDataset(x[:60], y[:60]), TensorDataset(x[60:], y[60:])
train_loader = DataLoader(train_ds, batch_size=64, shuffle=True, drop_last=True)  # expect: training-loader-yields-nothing
test_loader = DataLoader(test_ds, batch_size=40)
model = nn.Sequential(nn.Linear(5, 10), nn.ReLU(), nn.Linear(10, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(5):
    model.train()
    running = 0.0
    for xb, yb in train_loader:  # expect: training-loader-yields-nothing
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(xb), yb)
        loss.backward()
        optimizer.step()
        running += loss.item()
    model.eval()
    with torch.no_grad():
        acc = sum((model(a).argmax(1) == b).sum().item() for a, b in test_loader) / len(test_ds)
    print(f'epoch {epoch}: loss {running:.4f} acc {acc:.3f}')
