"""A plain loop, and an fb.Run in the same script, which tells of itself."""

import torch
from shared_parts import ROWS, X, Y, end, net, said
from torch.utils.data import DataLoader, TensorDataset

import fourbeat as fb

loader = DataLoader(TensorDataset(X, Y, ROWS), batch_size=6, shuffle=True)
loss_fn = torch.nn.CrossEntropyLoss()


def plain(model, optimizer):
    for x, y, rows in loader:
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        said(loss, rows)
        optimizer.step()


first, second = net(), net()
plain(first, torch.optim.SGD(first.parameters(), lr=0.1))
optimizer = torch.optim.SGD(second.parameters(), lr=0.1)
with fb.Run("run", model=second, optimizer=optimizer, seed=7) as run:
    for _ in run.epochs(1):
        for step in run.train(loader):
            x, y, _ = step.batch
            logits = second(x)
            step.backward(loss_fn(logits, y), logits)
            step.update()
plain(first, torch.optim.SGD(first.parameters(), lr=0.1))
end(first, second)
