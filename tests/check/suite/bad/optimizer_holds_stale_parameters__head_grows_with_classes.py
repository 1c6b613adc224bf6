"""The classifier head is swapped when new classes arrive (continual learning)."""
import torch
from torch import nn

torch.manual_seed(44)


class Incremental(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(8, 32), nn.ReLU())
        self.head = nn.Linear(32, classes)

    def grow(self, extra):
        old = self.head
        new = nn.Linear(32, old.out_features + extra)  # expect: optimizer-holds-stale-parameters
        with torch.no_grad():
            new.weight[: old.out_features] = old.weight
            new.bias[: old.out_features] = old.bias
        self.head = new  # expect: optimizer-holds-stale-parameters

    def forward(self, x):
        return self.head(self.features(x))


protos = torch.randn(6, 8) * 2


def task(classes, n=24):
    y = classes[torch.randint(0, len(classes), (n,))]
    return protos[y] + 0.5 * torch.randn(n, 8), y


model = Incremental(2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)  # expect: optimizer-holds-stale-parameters
seen = torch.arange(2)
for t in range(3):
    if t:
        model.grow(2)
        seen = torch.arange(len(seen) + 2)
    for _ in range(12):
        x, y = task(seen)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()  # expect: optimizer-holds-stale-parameters
    print(t, loss.item())
