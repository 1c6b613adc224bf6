"""Walk-forward split by row numbers, off by a hundred."""
import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(600, 9)
y = (x[:, 0] * x[:, 1] > 0).long()
cut = 450


def evaluate(net, lo, hi):
    hits = 0
    with torch.no_grad():
        for i in range(lo, hi, 50):
            hits += (net(x[i : i + 50]).argmax(1) == y[i : i + 50]).sum().item()  # expect: train-val-contamination
    return hits / (hi - lo)


net = nn.Sequential(nn.Linear(9, 48), nn.ReLU(), nn.Linear(48, 2))
opt = torch.optim.Adam(net.parameters(), lr=4e-3)
for epoch in range(6):
    for ix in torch.randperm(cut).split(45):
        opt.zero_grad()
        nn.functional.cross_entropy(net(x[ix]), y[ix]).backward()
        opt.step()
    print(epoch, evaluate(net, cut - 100, 600))  # expect: train-val-contamination
