import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--shots", type=int, default=10)
parser.add_argument("--classes", type=int, default=4)
parser.add_argument("--batch-size", type=int, default=64)
parser.add_argument("--epochs", type=int, default=3)
args = parser.parse_args()

torch.manual_seed(40)
y = torch.arange(args.classes).repeat(100)
x = torch.randn(len(y), 16) + y[:, None] * 0.5
dataset = TensorDataset(x, y)
few = [int(i) for c in range(args.classes) for i in (y == c).nonzero().flatten()[: args.shots]]
train_loader = DataLoader(Subset(dataset, few), batch_size=args.batch_size, shuffle=True, drop_last=True)  # expect: training-loader-yields-nothing
test_loader = DataLoader(TensorDataset(torch.randn(80, 16) + torch.arange(4).repeat(20)[:, None] * 0.5, torch.arange(4).repeat(20)), batch_size=80)

model = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, args.classes))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(args.epochs):
    model.train()
    for xb, yb in train_loader:  # expect: training-loader-yields-nothing
        loss = nn.functional.cross_entropy(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        correct = sum((model(xb).argmax(1) == yb).sum().item() for xb, yb in test_loader)
    print(epoch, correct / 80)
