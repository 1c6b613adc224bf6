import torch
from torch import nn

torch.manual_seed(67)
x = torch.randn(330, 6)
y = (x[:, 0] * x[:, 1] > 0).long()
net = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 2))
opt = torch.optim.AdamW(net.parameters(), lr=5e-3)
for epoch in range(4):
    shown = 0.0
    for big in torch.randperm(330).split(66):
        opt.zero_grad()
        for part in big.split(20):
            share = len(part) / len(big)
            loss = nn.functional.cross_entropy(net(x[part]), y[part])
            (share * loss).backward()
            shown += loss.item() * len(part) / 330
        opt.step()
    print(epoch, shown)
