import torch
from torch import nn

orig = torch.Tensor.backward
calls = []


def backward(self, *a, **k):
    calls.append(self.item())
    return orig(self, *a, **k)


torch.Tensor.backward = backward
torch.manual_seed(0)
m = nn.Linear(6, 3)
o = torch.optim.Adam(m.parameters(), 1e-2)
x = torch.randn(300, 6)
y = x[:, :3].argmax(1)
for e in range(3):
    for r in torch.randperm(300).split(30):
        loss = nn.functional.cross_entropy(m(x[r]), y[r])
        o.zero_grad()
        loss.backward()
        o.step()
    print(e, loss.item(), len(calls))
