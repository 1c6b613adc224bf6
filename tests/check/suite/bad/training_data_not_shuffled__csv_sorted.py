import csv
import io
import random

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


def make_csv():
    rng = random.Random(4)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["a", "b", "c", "kind"])
    for kind in ("ant", "bee", "fly", "moth"):
        for _ in range(80):
            shift = {"ant": 0, "bee": 1, "fly": 2, "moth": 3}[kind]
            writer.writerow([rng.gauss(shift, 1), rng.gauss(-shift, 1), rng.gauss(0, 1), kind])
    return out.getvalue()


class CsvDataset(Dataset):
    def __init__(self, text):
        rows = list(csv.DictReader(io.StringIO(text)))
        self.names = sorted({row["kind"] for row in rows})
        self.x = torch.tensor([[float(row[k]) for k in "abc"] for row in rows])
        self.y = torch.tensor([self.names.index(row["kind"]) for row in rows])
        self.x = (self.x - self.x.mean(0)) / self.x.std(0)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return {"x": self.x[i], "y": self.y[i]}


torch.manual_seed(4)
dataset = CsvDataset(make_csv())
loader = DataLoader(dataset, batch_size=16, num_workers=0)  # expect: training-data-not-shuffled
model = nn.Sequential(nn.Linear(3, 24), nn.ReLU(), nn.Linear(24, len(dataset.names)))
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(4):
    for batch in loader:  # expect: training-data-not-shuffled
        opt.zero_grad()
        loss = nn.functional.cross_entropy(model(batch["x"]), batch["y"])
        loss.backward()
        opt.step()
    print(epoch, loss.item())
