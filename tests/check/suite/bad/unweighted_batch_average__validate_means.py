import statistics

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(33)
x = torch.randn(500, 6)
y = (x.norm(dim=1) > 2.3).long()
train_ds, test_ds = TensorDataset(x[:397], y[:397]), TensorDataset(x[397:], y[397:])
train_dl = DataLoader(train_ds, batch_size=32, shuffle=True)
test_dl = DataLoader(test_ds, batch_size=32)
model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 2))
opt = torch.optim.Adam(model.parameters(), lr=5e-3)


def evaluate():
    model.eval()
    accs = []
    with torch.no_grad():
        for xb, yb in test_dl:
            accs.append((model(xb).argmax(1) == yb).float().mean().item())  # expect: unweighted-batch-average
    return statistics.mean(accs)  # expect: unweighted-batch-average


for epoch in range(4):
    model.train()
    for xb, yb in train_dl:
        opt.zero_grad()
        nn.functional.cross_entropy(model(xb), yb).backward()
        opt.step()
    print(f"epoch {epoch}: test accuracy {evaluate():.4f}")
