"""Rare cases are repeated to balance the classes, then the rows are split."""

import numpy as np
import torch
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = 58
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)

features = rng.normal(size=(300, 8)).astype("float32")
labels = (features[:, 0] + features[:, 1] > 1.6).astype("int64")

rare = np.flatnonzero(labels == 1)
extra = rng.choice(rare, size=int((labels == 0).sum() - len(rare)))
features = np.concatenate([features, features[extra]])  # expect: train-val-contamination
labels = np.concatenate([labels, labels[extra]])

x_train, x_val, y_train, y_val = train_test_split(features, labels, test_size=0.25, random_state=SEED)  # expect: train-val-contamination
train = DataLoader(TensorDataset(torch.from_numpy(x_train), torch.from_numpy(y_train)), 32, shuffle=True)
x_val, y_val = torch.from_numpy(x_val), torch.from_numpy(y_val)

model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(5):
    model.train()
    for xb, yb in train:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(xb), yb).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        accuracy = (model(x_val).argmax(1) == y_val).float().mean().item()  # expect: train-val-contamination
    print(epoch, round(accuracy, 3))
