# input gradients of held-out pictures, only to look at
import torch
from torch import nn

torch.manual_seed(5)
y = torch.randint(0, 2, (240,))
x = 0.5 * torch.randn(240, 1, 6, 6)
x[y == 1, 0, 1:3, 1:3] += 1.5
net = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(96, 2))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(3):
    net.train()
    for b in torch.randperm(200).split(25):
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        acc = (net(x[200:]).argmax(1) == y[200:]).float().mean().item()
    probe = x[200:].clone().requires_grad_(True)
    score = net(probe)[:, 1].sum()
    saliency, = torch.autograd.grad(score, probe)
    print(epoch, acc, saliency.abs().mean((0, 1))[1:3, 1:3].mean().item())
