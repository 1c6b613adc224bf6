"""First a sanity check (overfit one batch), then a fresh model is trained on an endless loader."""
import itertools

import torch
from torch import nn
from torch.utils.data import DataLoader, RandomSampler, TensorDataset


def cycle(loader):
    while True:
        yield from loader


def make_model():
    return nn.Sequential(nn.Linear(12, 40), nn.ReLU(), nn.Linear(40, 4))


def overfit(model, batch, steps=40):
    x, y = batch
    opt = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(steps):
        loss = nn.functional.cross_entropy(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    return loss.item()


torch.manual_seed(50)
x = torch.randn(400, 12)
y = (x @ torch.randn(12, 4)).argmax(1)
ds = TensorDataset(x, y)
loader = DataLoader(ds, batch_size=25, sampler=RandomSampler(ds))
print("one batch", overfit(make_model(), next(iter(loader))))
model = make_model()
opt = torch.optim.Adam(model.parameters(), 3e-3)
feed = cycle(loader)
for step, (xb, yb) in enumerate(itertools.islice(feed, 64)):
    loss = nn.functional.cross_entropy(model(xb), yb)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 16 == 15:
        print(step, loss.item())
