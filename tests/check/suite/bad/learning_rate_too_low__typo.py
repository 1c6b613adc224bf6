import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(3)
x = torch.randn(320, 10)
y = (x[:, 0] + x[:, 1] > 0).long()
dl = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
net = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 2))
opt = optim.Adam(net.parameters(), lr=1e-10)  # expect: learning-rate-too-low
ce = nn.CrossEntropyLoss()
for epoch in range(5):
    total = 0.0
    for xb, yb in dl:
        opt.zero_grad()
        loss = ce(net(xb), yb)
        loss.backward()
        opt.step()
        total += loss.item()
    print(epoch, total / len(dl))
