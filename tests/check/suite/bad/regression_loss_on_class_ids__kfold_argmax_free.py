"""Five folds of a quality classifier."""
import numpy as np
import torch
from torch import nn

torch.manual_seed(12)
rng = np.random.default_rng(12)
X = torch.from_numpy(rng.normal(size=(300, 7)).astype(np.float32))
species = torch.from_numpy(rng.integers(0, 4, 300))
X[torch.arange(300), species] += 2.0


def accuracy(net, x, y):
    net.eval()
    with torch.no_grad():
        return (net(x).squeeze(1).round().clamp(0, 3).long() == y).float().mean().item()


def fit(train, epochs=6):
    net = nn.Sequential(nn.Linear(7, 32), nn.ReLU(), nn.Linear(32, 1))
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(epochs):
        net.train()
        for i in train[torch.randperm(len(train))].split(40):
            loss = nn.functional.mse_loss(net(X[i]).squeeze(1), species[i].float())  # expect: regression-loss-on-class-ids
            opt.zero_grad()
            loss.backward()
            opt.step()
    return net


folds = torch.randperm(300).chunk(3)
scores = []
for k in range(3):
    train = torch.cat([f for j, f in enumerate(folds) if j != k])
    scores.append(accuracy(fit(train), X[folds[k]], species[folds[k]]))
print(np.round(scores, 3), np.mean(scores).round(3))
