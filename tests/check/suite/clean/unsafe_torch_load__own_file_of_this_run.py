import os
import tempfile
import torch
from torch import nn

torch.manual_seed(3)
x = torch.randn(240, 5)
y = (x[:, 0] > 0).long()
net = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "last.pt")
    for epoch in range(3):
        for b in torch.randperm(240).split(24):
            loss = nn.functional.cross_entropy(net(x[b]), y[b])
            opt.zero_grad()
            loss.backward()
            opt.step()
        torch.save({"net": net, "epoch": epoch}, path)
    again = torch.load(path, weights_only=False)  # we wrote it a second ago
print(again["epoch"], sum(p.numel() for p in again["net"].parameters()))
