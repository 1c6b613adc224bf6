import torch
from torch import nn


def init(m):
    if isinstance(m, nn.Linear):
        m.weight.data.zero_()  # expect: constant-weight-initialisation
        m.bias.data.zero_()


torch.manual_seed(0)
m = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 24), nn.ReLU(), nn.Linear(24, 3))
m.apply(init)
o = torch.optim.AdamW(m.parameters(), 1e-2)
x = torch.randn(400, 6)
y = x[:, :3].argmax(1)
for e in range(4):
    for r in torch.randperm(400).split(20):
        loss = nn.functional.cross_entropy(m(x[r]), y[r])
        o.zero_grad()
        loss.backward()  # also: gradients-are-zero
        o.step()
    print(e, loss.item())
