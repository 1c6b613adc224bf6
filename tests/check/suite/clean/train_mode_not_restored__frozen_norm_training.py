"""BatchNorm layers are held in eval on purpose after a warm-up."""

import torch
from torch import nn


def hold_norms(model):
    for m in model.modules():
        if isinstance(m, nn.BatchNorm1d):
            m.eval()


torch.manual_seed(94)
model = nn.Sequential(nn.Linear(6, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Linear(24, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
x = torch.randn(240, 6)
y = (x[:, 0] + x[:, 1] > 0).long()
valid, truth = x[200:], y[200:]
for epoch in range(6):
    model.train()
    if epoch >= 3:
        hold_norms(model)
    for rows in torch.randperm(200).split(40):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.inference_mode():
        print(epoch, (model(valid).argmax(1) == truth).float().mean().item())
