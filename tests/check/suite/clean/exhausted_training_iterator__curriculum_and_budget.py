import itertools
import time

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Progress:
    """A bar such as tqdm's: wraps an iterable, counts, and carries a postfix."""

    def __init__(self, iterable, desc="", total=None):
        self.iterable, self.desc, self.postfix = iterable, desc, {}
        self.total = total if total is not None else len(iterable)
        self.n = 0

    def __iter__(self):
        start = time.perf_counter()
        for self.n, item in enumerate(self.iterable, 1):
            yield item
        self.seconds = time.perf_counter() - start

    def set_postfix(self, **values):
        self.postfix = values


def endless(loader):
    for epoch in itertools.count():
        for batch in loader:
            yield epoch, batch


torch.manual_seed(54)
x = torch.randn(320, 6)
hard = x.norm(dim=1)
y = (x[:, :2].sum(1) > 0).float()
model = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 1))
opt = torch.optim.RAdam(model.parameters(), lr=5e-3)
criterion = nn.BCEWithLogitsLoss()
for stage, limit in enumerate((2.0, 3.0, 100.0)):
    easy = hard < limit
    loader = DataLoader(TensorDataset(x[easy], y[easy]), batch_size=32, shuffle=True)
    bar = Progress(itertools.islice(endless(loader), 12), f"stage {stage}", total=12)
    for epoch, (xb, yb) in bar:
        opt.zero_grad()
        loss = criterion(model(xb).squeeze(1), yb)
        loss.backward()
        opt.step()
        bar.set_postfix(loss=loss.item(), epoch=epoch)
    print(bar.desc, bar.n, bar.postfix)
rest = iter(DataLoader(TensorDataset(x, y), batch_size=64))
with torch.no_grad():
    probe = [((model(xb).squeeze(1) > 0) == (yb > 0.5)).float().mean().item() for xb, yb in rest]
print("train accuracy", probe[:4], "left", list(rest))
