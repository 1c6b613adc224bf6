import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

rng = np.random.default_rng(43)
torch.manual_seed(43)


class Table(Dataset):
    def __init__(self, rows):
        self.rows = rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        *x, label = self.rows[i]
        return torch.tensor(x, dtype=torch.float32), int(label)


blocks = [np.column_stack([rng.normal(c, 1.0, size=(120, 5)), np.full(120, c)]) for c in range(3)]
table = np.concatenate(blocks)
rng.shuffle(table)
train, val = Table(table[:300]), Table(table[300:])
loader = DataLoader(train, batch_size=30)
model = nn.Sequential(nn.Linear(5, 24), nn.ReLU(), nn.Linear(24, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(4):
    for x, y in loader:
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        hits = sum((model(x).argmax(1) == y).sum().item() for x, y in DataLoader(val, batch_size=60))
    print(epoch, hits / len(val))
