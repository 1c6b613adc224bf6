"""One loss for two optimizers; the slow one gathers two backwards a step, and steps first."""
import torch
from torch import nn

torch.manual_seed(111)
body, head = nn.Sequential(nn.Linear(5, 24), nn.ReLU()), nn.Linear(24, 2)
fast, slow = torch.optim.SGD(body.parameters(), lr=2e-3), torch.optim.SGD(head.parameters(), lr=5e-4)
for step in range(40):
    x = torch.randn(32, 5)
    loss = nn.functional.cross_entropy(head(body(x)), (x[:, 0] > x[:, 1]).long(), reduction="sum")
    fast.zero_grad()
    loss.backward()
    if step % 2:
        slow.step()
        slow.zero_grad()
    fast.step()
print(loss.item() / 32)
