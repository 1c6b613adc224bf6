"""The script refuses to go on by an error of its own."""
import torch
from torch import nn


class Diverged(RuntimeError):
    pass


torch.manual_seed(2)
net = nn.Linear(4, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.05)
x = torch.randn(64, 4)
y = x @ torch.tensor([[1.0], [-1.0], [0.5], [2.0]])
patience = 3
best = float("inf")
for epoch in range(200):
    opt.zero_grad()
    loss = ((net(x) - y) ** 2).mean()
    loss.backward()
    opt.step()
    if loss.item() > best - 1e-3:
        patience -= 1
        if patience == 0:
            raise Diverged(f"all elements of the loss must match the size of tensor a: {epoch} epochs")
    best = min(best, loss.item())
