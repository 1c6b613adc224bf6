import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, update_bn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(32)


def domain(n, shift):
    y = torch.randint(0, 3, (n,))
    x = torch.randn(n, 10) + shift
    x[torch.arange(n), y] += 3
    return DataLoader(TensorDataset(x, y), batch_size=30, shuffle=True)


source, target = domain(300, 0.0), domain(300, 2.0)
model = nn.Sequential(nn.Linear(10, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Linear(24, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
average = AveragedModel(model)
for epoch in range(4):
    model.train()
    for x, y in source:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    average.update_parameters(model)
update_bn(source, average)

# AdaBN: all weights fixed, statistics of the new domain.
model.requires_grad_(False)
model.train()
with torch.no_grad():
    for x, _ in target:
        model(x)
model.eval()
average.eval()
with torch.no_grad():
    hits = sum((model(x).argmax(1) == y).sum().item() for x, y in domain(90, 2.0))
    before = sum((average(x).argmax(1) == y).sum().item() for x, y in domain(90, 2.0))
print(hits / 90, before / 90)
