"""Several models in one optimizer, several losses in one backward, gradients given."""

import torch
from shared_parts import X, Y, end, said
from torch import nn

encoder, head, tail = nn.Linear(5, 6), nn.Linear(6, 2), nn.Linear(6, 1)
scale = nn.Parameter(torch.ones(()))
groups = [{"params": [*encoder.parameters(), *head.parameters()]}]
groups.append({"params": [*tail.parameters(), scale], "lr": 0.05})
optimizer = torch.optim.SGD(groups, lr=0.1)
for start in range(0, 24, 8):
    x, y = X[start : start + 8], Y[start : start + 8]
    hidden = encoder(x).relu() * scale
    first = nn.functional.cross_entropy(head(hidden), y)
    second = tail(hidden).square().mean()
    optimizer.zero_grad()
    torch.autograd.backward([first, second])
    said(first + second)
    optimizer.step()
    optimizer.zero_grad()
    each = head(encoder(x).relu()).logsumexp(1)
    each.backward(torch.ones_like(each))
    said(each.sum())
    optimizer.step()
end(encoder, head, tail, scale)
