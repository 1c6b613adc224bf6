# gradient noise is measured on a few batches before each epoch, those gradients are thrown away
import torch
import torch.nn as nn


def gradient_norm(net, xb, yb):
    net.zero_grad()
    nn.functional.mse_loss(net(xb), yb).backward()
    total = sum(p.grad.pow(2).sum() for p in net.parameters()).sqrt().item()
    net.zero_grad()
    return total


torch.manual_seed(7)
x = torch.randn(300, 6)
y = x[:, :1] * x[:, 1:2]
net = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 1))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(3):
    norms = [gradient_norm(net, x[i], y[i]) for i in torch.randperm(300)[:90].split(30)]
    for i in torch.randperm(300).split(30):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x[i]), y[i])
        loss.backward()
        opt.step()
    print(epoch, "norms", [round(v, 3) for v in norms], "loss", round(loss.item(), 4))
