import itertools

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(50)
labelled = DataLoader(TensorDataset(torch.randn(64, 5), torch.randint(0, 2, (64,))), batch_size=16, shuffle=True)
unlabelled = DataLoader(TensorDataset(torch.randn(320, 5)), batch_size=32, shuffle=True)


def forever(loader):
    while True:
        yield from loader


model = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
endless = forever(labelled)
for epoch in range(5):
    rest = iter(unlabelled)
    for (u,) in rest:
        x, y = next(endless)
        sharp = torch.softmax(model(u).detach() * 2, -1)
        loss = nn.functional.cross_entropy(model(x), y) + 0.1 * nn.functional.cross_entropy(model(u), sharp)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    probe = list(itertools.islice(rest, 1))
    print(epoch, loss.item(), len(probe))
    if loss.item() < 0.3:
        break
