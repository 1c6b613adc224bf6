import torch
from torch import nn

torch.manual_seed(16)
net = nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 1), nn.Sigmoid())
criterion = nn.BCEWithLogitsLoss()
opt = torch.optim.SGD(net.parameters(), lr=0.5)
for step in range(60):
    x = torch.randn(64, 8)
    y = (x.sum(1) > 0).float()
    opt.zero_grad()
    loss = criterion(net(x).view(-1), y)  # expect: sigmoid-before-bce-with-logits
    loss.backward()
    opt.step()
print(loss.item())
