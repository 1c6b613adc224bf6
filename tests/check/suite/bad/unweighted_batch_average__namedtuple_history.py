import statistics
from collections import namedtuple

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(56)
Scores = namedtuple("Scores", "loss error")
x = torch.randn(350, 4)
y = x.norm(dim=1, keepdim=True)
train_set, test_set = random_split(TensorDataset(x, y), [280, 70])
train = DataLoader(train_set, 40, shuffle=True)
test = DataLoader(test_set, 32)
net = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)


def evaluate():
    rows = []
    with torch.no_grad():
        for a, b in test:
            out = net(a)
            rows.append(Scores(nn.functional.mse_loss(out, b).item(), (out - b).abs().max().item()))  # expect: unweighted-batch-average
    return Scores(statistics.fmean(r.loss for r in rows), max(r.error for r in rows))  # expect: unweighted-batch-average


for epoch in range(4):
    for a, b in train:
        opt.zero_grad()
        nn.functional.mse_loss(net(a), b).backward()
        opt.step()
    s = evaluate()
    print(f"{epoch}: {s.loss:.4f} {s.error:.3f}")
