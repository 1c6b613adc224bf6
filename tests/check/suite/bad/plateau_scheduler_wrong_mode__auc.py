"""Churn model, the plateau scheduler watches the AUC."""
import numpy as np
import torch
from torch import nn


def auc(score, y):
    order = np.argsort(score)
    rank = np.empty(len(score))
    rank[order] = np.arange(1, len(score) + 1)
    n1 = y.sum()
    n0 = len(y) - n1
    return (rank[y == 1].sum() - n1 * (n1 + 1) / 2) / (n0 * n1)


torch.manual_seed(22)
x = torch.randn(700, 8)
y = (x[:, 0] + 0.5 * x[:, 1] * x[:, 2] + 0.3 * torch.randn(700) > 0.4).float()
net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1), nn.Flatten(0))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
sched = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, patience=1, factor=0.3)  # expect: plateau-scheduler-wrong-mode
for epoch in range(14):
    net.train()
    for ix in torch.randperm(500).split(50):
        opt.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(net(x[ix]), y[ix]).backward()
        opt.step()
    net.eval()
    with torch.inference_mode():
        value = auc(net(x[500:]).numpy(), y[500:].numpy())
    sched.step(value)  # expect: plateau-scheduler-wrong-mode
    print(epoch, round(float(value), 4), opt.param_groups[0]["lr"])
