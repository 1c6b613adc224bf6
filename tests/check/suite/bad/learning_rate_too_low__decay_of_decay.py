"""Rates per layer: deeper layers get less, by a factor that was meant to be 0.9."""
import torch
from torch import nn


def layerwise(model, base, factor):
    layers = [m for m in model if isinstance(m, nn.Linear)]
    groups = []
    for depth, layer in enumerate(reversed(layers)):
        groups.append({"params": layer.parameters(), "lr": base * factor ** (depth + 3)})
    return groups


torch.manual_seed(2)
model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 3))
opt = torch.optim.Adam(layerwise(model, 1e-3, 0.01), betas=(0.9, 0.98))  # expect: learning-rate-too-low
x = torch.randn(480, 8)
y = x[:, :3].argmax(1)
step = 0
for epoch in range(6):
    for ix in torch.randperm(480).split(24):
        loss = nn.functional.cross_entropy(model(x[ix]), y[ix])
        opt.zero_grad()
        loss.backward()
        opt.step()  # expect: learning-rate-too-low
        step += 1
    print(epoch, step, round(loss.item(), 5))
