import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset


def kfold(n, k, rng):
    order = rng.permutation(n)
    for part in np.array_split(order, k):
        yield np.setdiff1d(order, part), part


def train_model(dataset, rows, width, epochs):
    model = nn.Sequential(nn.Linear(8, width), nn.ReLU(), nn.Linear(width, 2))
    opt = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(epochs):
        for x, y in DataLoader(Subset(dataset, rows.tolist()), batch_size=20, shuffle=True):
            opt.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            opt.step()
    return model


@torch.no_grad()
def score(model, dataset, rows):
    model.eval()
    x, y = dataset[rows.tolist()]
    return (model(x).argmax(1) == y).float().mean().item()


rng = np.random.default_rng(53)
torch.manual_seed(53)
x = torch.randn(240, 8)
dataset = TensorDataset(x, (x[:, 0] * x[:, 1] + x[:, 2] > 0).long())
outer = []
for fold, (dev, test) in enumerate(kfold(240, 2, rng)):
    results = {}
    for width in (8, 32):
        inner = [score(train_model(dataset, dev[a], width, 2), dataset, dev[b]) for a, b in kfold(len(dev), 2, rng)]
        results[width] = np.mean(inner)
    best = max(results, key=results.get)
    final = train_model(dataset, dev, best, 4)
    print(fold, best, "train", score(final, dataset, dev), "test", score(final, dataset, test))
    outer.append(score(final, dataset, test))
print(np.mean(outer), np.std(outer))
