"""After each epoch: saliency maps and an attack, both through autograd.grad."""

import torch
import torch.nn.functional as F
from torch import nn


def saliency(model, x):
    x = x.clone().requires_grad_()
    best = model(x).max(1).values.sum()
    (g,) = torch.autograd.grad(best, x)
    return g.abs().mean(0)


def fgsm(model, x, y, step):
    x = x.clone().requires_grad_()
    (g,) = torch.autograd.grad(F.cross_entropy(model(x), y), x)
    return (x + step * g.sign()).detach()


def accuracy(model, x, y):
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


torch.manual_seed(95)
x = torch.randn(300, 6)
y = (x[:, 0] + 0.5 * x[:, 1] > 0).long()
model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(4):
    model.train()
    for rows in torch.randperm(240).split(40):
        optimizer.zero_grad()
        F.cross_entropy(model(x[rows]), y[rows]).backward()
        optimizer.step()
    model.eval()
    held, truth = x[240:], y[240:]
    attacked = fgsm(model, held, truth, 0.2)
    print(epoch, accuracy(model, held, truth), accuracy(model, attacked, truth), saliency(model, held).argmax().item())
