import torch
from torch import nn

torch.manual_seed(36)
cell, readout = nn.GRUCell(2, 16), nn.Linear(16, 1)
optimizer = torch.optim.Adam([*cell.parameters(), *readout.parameters()], lr=5e-3)


def adding(n, length=15):
    value = torch.rand(n, length)
    mark = torch.zeros(n, length)
    for row in mark:
        row[torch.randperm(length)[:2]] = 1
    return torch.stack([value, mark], -1), (value * mark).cumsum(1)


history = []
for step in range(25):
    x, y = adding(32)
    h = torch.zeros(32, 16)
    loss = 0
    for t in range(x.shape[1]):
        h = cell(x[:, t], h)
        loss = loss + (readout(h).squeeze(1) - y[:, t]).pow(2).mean()
    loss = loss / x.shape[1]
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    history.append(loss.detach())
print(torch.stack(history)[::5])
