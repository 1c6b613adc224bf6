import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(3)
x = torch.randn(256, 7)
y = (x[:, 0] - x[:, 1] > 0).long()
loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
model = nn.Sequential(nn.Linear(7, 21), nn.ReLU(), nn.Linear(21, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
for epoch in range(3):
    for xb, yb in loader:
        optimizer.zero_grad  # expect: method-referenced-not-called
        loss = nn.functional.cross_entropy(model(xb), yb)
        loss.backward()  # also: missing-zero-grad
        optimizer.step()  # also: missing-zero-grad
    print(epoch, loss.item())
