"""Validates with gradients on and in training mode, in the midst of an epoch."""

import torch
from shared_parts import ROWS, X, Y, end, net, said
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

train = DataLoader(TensorDataset(X, Y, ROWS), batch_size=6, shuffle=True)
val = DataLoader(TensorDataset(X[:7], Y[:7]), batch_size=3)
model, loss_fn = net(), nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y, rows in train:
    for a, b in val:
        loss_fn(model(a), b)
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    said(loss, rows)
    optimizer.step()
end(model)
