import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(5)
x = torch.randn(300, 6)
y = (x[:, :2].sum(1) > 0).long()
train_iter = iter(DataLoader(TensorDataset(x, y), batch_size=30, shuffle=True))  # expect: exhausted-training-iterator
net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(5):
    total, n = 0.0, 0
    for xb, yb in train_iter:  # expect: exhausted-training-iterator
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(xb), yb)
        loss.backward()
        opt.step()
        total += loss.item() * len(xb)
        n += len(xb)
    print('epoch', epoch, 'loss', total / max(n, 1))
