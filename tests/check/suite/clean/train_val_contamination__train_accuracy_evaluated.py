# accuracy on the training rows is reported next to the one on held-out rows
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@torch.no_grad()
def accuracy(net, loader):
    net.eval()
    right = sum((net(x).argmax(1) == y).sum().item() for x, y in loader)
    return right / len(loader.dataset)


torch.manual_seed(4)
x = torch.randn(380, 8)
y = (x[:, 0] + x[:, 1] * x[:, 2] > 0).long()
train_set, val_set = TensorDataset(x[:300], y[:300]), TensorDataset(x[300:], y[300:])
train_loader = DataLoader(train_set, batch_size=30, shuffle=True)
net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(4):
    net.train()
    for xb, yb in train_loader:
        loss = nn.functional.cross_entropy(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    train_acc = accuracy(net, DataLoader(train_set, batch_size=100))
    val_acc = accuracy(net, DataLoader(val_set, batch_size=80))
    print(f"{epoch} train {train_acc:.3f} validation {val_acc:.3f}")
