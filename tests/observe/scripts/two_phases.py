"""A head first, then everything with a new optimizer; an optimizer that never steps."""

import torch
from shared_parts import X, Y, end, said
from torch import nn

body, head = nn.Linear(5, 6), nn.Linear(6, 2)
model = nn.Sequential(body, nn.ReLU(), head)
unused = torch.optim.SGD(body.parameters(), lr=1.0)


def phase(optimizer):
    for _ in range(3):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(X), Y)
        loss.backward()
        said(loss)
        optimizer.step()


body.requires_grad_(False)
phase(torch.optim.SGD(head.parameters(), lr=0.1))
body.requires_grad_(True)
phase(torch.optim.Adam(model.parameters(), lr=0.01))
end(model)
