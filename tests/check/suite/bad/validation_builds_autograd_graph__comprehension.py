"""Hyperparameter sweep with a held-out score."""
import torch
from torch import nn

torch.manual_seed(54)
x = torch.randn(360, 7)
y = x[:, 0].abs() - x[:, 1] * x[:, 2]
tr, va = slice(0, 240), slice(240, 360)


def build(width):
    return nn.Sequential(nn.Linear(7, width), nn.ReLU(), nn.LayerNorm(width), nn.Linear(width, 1), nn.Flatten(0))


def train(net, lr, epochs=3):
    opt = torch.optim.Adam(net.parameters(), lr=lr)
    net.train()
    xt, yt = x[tr], y[tr]
    for _ in range(epochs):
        for i in torch.randperm(240).split(40):
            loss = nn.functional.huber_loss(net(xt[i]), yt[i])
            opt.zero_grad()
            loss.backward()
            opt.step()
        validate(net)


def validate(net):
    net.eval()
    parts = [nn.functional.huber_loss(net(a), b) for a, b in zip(x[va].split(30), y[va].split(30))]  # expect: validation-builds-autograd-graph
    net.train()
    curve.append(torch.stack(parts).mean().item())  # expect: validation-builds-autograd-graph


curve = []
for width, lr in [(16, 1e-2), (32, 1e-2)]:
    train(build(width), lr)
print(curve)
