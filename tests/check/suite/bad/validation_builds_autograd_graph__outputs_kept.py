"""Predictions of each epoch are kept for a report, with their graphs."""
import torch
from torch import nn

torch.manual_seed(2)
x = torch.randn(500, 8)
y = (x[:, 0] > x[:, 1]).float()
net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1), nn.Flatten(0))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
report = []
for epoch in range(4):
    net.train()
    for ix in torch.randperm(400).split(40):
        opt.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(net(x[ix]), y[ix]).backward()
        opt.step()
    net.eval()
    preds = torch.cat([net(part) for part in x[400:].split(25)])  # expect: validation-builds-autograd-graph
    report.append(preds.sigmoid())
    print(epoch, ((report[-1] > 0.5) == (y[400:] > 0.5)).float().mean().item())
