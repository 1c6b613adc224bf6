"""Multi-task losses kept in a defaultdict for the epoch's report."""

from collections import defaultdict

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(9, 24), nn.ReLU())
        self.value, self.kind = nn.Linear(24, 1), nn.Linear(24, 2)

    def forward(self, x):
        h = self.body(x)
        return self.value(h).squeeze(1), self.kind(h)


torch.manual_seed(35)
x = torch.randn(320, 9)
data = TensorDataset(x, x[:, 0] - x[:, 1], (x[:, 2] > 0).long())
model = TwoHeads()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)

for epoch in range(3):
    running = defaultdict(float)
    for a, value, kind in DataLoader(data, batch_size=32, shuffle=True):
        v, k = model(a)
        parts = {"value": nn.functional.mse_loss(v, value), "kind": nn.functional.cross_entropy(k, kind)}
        loss = parts["value"] + 0.5 * parts["kind"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        for name, part in parts.items():
            running[name] += part  # expect: loss-accumulated-with-graph
    print(epoch, {name: round(float(total) / 10, 4) for name, total in running.items()})
