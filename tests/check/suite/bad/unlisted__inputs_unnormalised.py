import argparse
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

p = argparse.ArgumentParser()
p.add_argument("--lr", type=float, default=1e-3)
args = p.parse_args()
torch.manual_seed(4)
income = 30000 + 12000 * torch.randn(320, 1)
ratio = torch.rand(320, 3)
x = torch.cat([income, ratio], 1)
y = (ratio[:, 0] > ratio[:, 1]).float()
loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))
opt = torch.optim.Adam(net.parameters(), lr=args.lr)
for epoch in range(4):
    total = 0.0
    for xb, yb in loader:
        loss = nn.functional.binary_cross_entropy_with_logits(net(xb).squeeze(1), yb)  # expect: *
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() / len(loader)
    print("epoch", epoch, "loss", total)
