import numpy as np
import torch
from torch import nn


def batches(x, y, size, shuffle):
    order = torch.randperm(len(x)) if shuffle else torch.arange(len(x))
    for i in range(0, len(x), size):
        yield x[order[i:i + size]], y[order[i:i + size]]


def accuracy(logits, y):
    return (logits.argmax(dim=1) == y).float().mean().item()


np.random.seed(2)
torch.manual_seed(2)
y = torch.from_numpy(np.random.randint(0, 3, 345))
x = torch.randn(345, 6)
x[torch.arange(345), y] += 1.5
xtr, ytr, xte, yte = x[:240], y[:240], x[240:], y[240:]
model = nn.Sequential(nn.Linear(6, 30), nn.ReLU(), nn.Linear(30, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(3):
    model.train()
    for xb, yb in batches(xtr, ytr, 30, True):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(xb), yb).backward()
        optimizer.step()
    model.eval()
    accs = []
    with torch.no_grad():
        for xb, yb in batches(xte, yte, 50, False):
            accs.append(accuracy(model(xb), yb))  # expect: unweighted-batch-average
    print('epoch', epoch, 'test acc', np.mean(accs))  # expect: unweighted-batch-average
