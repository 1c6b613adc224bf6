"""Triplet-loss embedding of sklearn's digits, scored by nearest neighbours."""

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Triplets(Dataset):
    def __init__(self, x, y, seed):
        self.x, self.y = x, y
        self.by = {c: np.flatnonzero(y == c) for c in np.unique(y)}
        self.rng = np.random.default_rng(seed)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        positive = self.rng.choice(self.by[self.y[i]])
        other = self.rng.choice([c for c in self.by if c != self.y[i]])
        return self.x[i], self.x[positive], self.x[self.rng.choice(self.by[other])]


class Embedder(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 12))

    def forward(self, x):
        return nn.functional.normalize(self.net(x), dim=1)


@torch.no_grad()
def knn_accuracy(model, x, y, qx, qy):
    model.eval()
    distance = torch.cdist(model(qx), model(x))
    return (y[distance.argmin(1)] == qy).float().mean().item()


torch.manual_seed(122)
digits = load_digits()
x = torch.tensor(digits.data[:600] / 16.0, dtype=torch.float32)
y = digits.target[:600]
labels = torch.tensor(y)
model = Embedder()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
criterion = nn.TripletMarginLoss(margin=0.3)
loader = DataLoader(Triplets(x[:480], y[:480], 0), batch_size=48, shuffle=True)
for epoch in range(4):
    model.train()
    for anchor, positive, negative in loader:
        optimizer.zero_grad()
        loss = criterion(model(anchor), model(positive), model(negative))
        loss.backward()
        optimizer.step()
    print(epoch, loss.item(), knn_accuracy(model, x[:480], labels[:480], x[480:], labels[480:]))
