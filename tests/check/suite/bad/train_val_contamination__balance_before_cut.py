import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

rng = np.random.default_rng(18)
torch.manual_seed(18)

x = rng.normal(size=(500, 9)).astype("float32")
y = (x[:, 0] + 0.5 * rng.normal(size=500) > 1.2).astype("int64")

# Balance: repeat the rare class, then shuffle and split.
rare = np.flatnonzero(y == 1)
extra = rng.choice(rare, size=(y == 0).sum() - len(rare))
index = rng.permutation(np.concatenate([np.arange(500), extra]))
cut = int(0.8 * len(index))
train_index, val_index = index[:cut], index[cut:]  # expect: train-val-contamination


def as_loader(i, shuffle):
    return DataLoader(TensorDataset(torch.tensor(x[i]), torch.tensor(y[i])), batch_size=32, shuffle=shuffle)


train_loader, val_loader = as_loader(train_index, True), as_loader(val_index, False)
model = nn.Sequential(nn.Linear(9, 64), nn.ReLU(), nn.Linear(64, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(5):
    model.train()
    for xb, yb in train_loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(xb), yb).backward()
        optimizer.step()
    model.eval()
    hits = 0
    with torch.no_grad():
        for xb, yb in val_loader:  # expect: train-val-contamination
            hits += (model(xb).argmax(1) == yb).sum().item()  # expect: train-val-contamination
    print(epoch, hits / len(val_index))
