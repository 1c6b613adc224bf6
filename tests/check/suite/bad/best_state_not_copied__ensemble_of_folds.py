"""The best state of each member of an ensemble is kept in a dictionary."""

import torch
from torch import nn


def member():
    return nn.Sequential(nn.Linear(6, 24), nn.Tanh(), nn.Linear(24, 2))


torch.manual_seed(146)
x = torch.randn(260, 6)
y = (x[:, 0] + 0.7 * torch.randn(260) > 0).long()
models = {k: member() for k in range(3)}
best = {}
for k, model in models.items():
    held = torch.arange(k * 60, k * 60 + 60)
    rest = torch.tensor([i for i in range(260) if i not in set(held.tolist())])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    top = -1.0
    for epoch in range(6):
        for rows in rest[torch.randperm(200)].split(40):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
        with torch.no_grad():
            accuracy = (model(x[held]).argmax(1) == y[held]).float().mean().item()
        if accuracy > top:
            top = accuracy
            best[k] = dict(model.state_dict())  # expect: best-state-not-copied
    print(k, top)
for k, model in models.items():
    model.load_state_dict(best[k])  # expect: best-state-not-copied
