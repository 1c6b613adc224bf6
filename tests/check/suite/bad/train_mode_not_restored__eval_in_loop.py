import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(5)
X = torch.randn(400, 12)
Y = (X[:, 0] * X[:, 1] + X[:, 2] > 0).float()
train_dl = DataLoader(TensorDataset(X[:320], Y[:320]), batch_size=32, shuffle=True)
valid_dl = DataLoader(TensorDataset(X[320:], Y[320:]), batch_size=80)


def evaluate(net):
    net.eval()  # expect: train-mode-not-restored
    with torch.no_grad():
        hits = sum(((net(x).squeeze(1) > 0) == (y > 0.5)).sum().item() for x, y in valid_dl)
    return hits / 80


net = nn.Sequential(nn.Linear(12, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Dropout(0.3), nn.Linear(48, 1))
opt = torch.optim.AdamW(net.parameters(), lr=3e-3)
bce = nn.BCEWithLogitsLoss()
net.train()
for epoch in range(4):
    for x, y in train_dl:
        loss = bce(net(x).squeeze(1), y)  # expect: train-mode-not-restored
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, evaluate(net))
