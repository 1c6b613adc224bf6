"""Gradients are cleared after the step, by the model, with functional hooks around it."""

import torch
from torch import nn

torch.manual_seed(147)
model = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 1))
norms = []
model[0].weight.register_hook(lambda g: norms.append(g.norm().item()))
optimizer = torch.optim.SGD([{"params": model[0].parameters(), "lr": 0.0}, {"params": model[2].parameters()}], lr=0.05)
x = torch.randn(240, 6)
y = x[:, :1].sin()
for epoch in range(5):
    for group in optimizer.param_groups:
        group["lr"] = 0.05 if epoch else group["lr"]
    for rows in torch.randperm(240).split(30):
        loss = nn.functional.mse_loss(model(x[rows]), y[rows])
        loss.backward()
        nn.utils.clip_grad_value_(model.parameters(), 0.5)
        optimizer.step()
        model.zero_grad()
    print(epoch, loss.item(), sum(norms) / len(norms))
