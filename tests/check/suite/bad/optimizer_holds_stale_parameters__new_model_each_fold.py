import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset


class Experiment:
    def __init__(self, n_inputs, n_classes, lr):
        self.n_inputs, self.n_classes = n_inputs, n_classes
        self.reset()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=lr)  # expect: optimizer-holds-stale-parameters

    def reset(self):
        self.model = nn.Sequential(nn.Linear(self.n_inputs, 24), nn.ReLU(), nn.Linear(24, self.n_classes))

    def fit(self, loader, epochs):
        self.model.train()
        for _ in range(epochs):
            for x, y in loader:
                self.optimizer.zero_grad()
                self.model.zero_grad()
                loss = nn.functional.cross_entropy(self.model(x), y)
                loss.backward()  # also: loss-detached-from-model
                self.optimizer.step()  # expect: optimizer-holds-stale-parameters

    def score(self, x, y):
        self.model.eval()
        with torch.no_grad():
            return (self.model(x).argmax(1) == y).float().mean().item()


torch.manual_seed(0)
x = torch.randn(300, 7)
y = (x[:, 0] * x[:, 1] > 0).long()
order = np.random.default_rng(0).permutation(300)
experiment = Experiment(7, 2, 1e-2)
scores = []
for fold in range(3):
    held = order[fold::3]
    rest = np.setdiff1d(order, held)
    experiment.reset()
    experiment.fit(DataLoader(Subset(TensorDataset(x, y), rest.tolist()), batch_size=25, shuffle=True), epochs=3)
    scores.append(experiment.score(x[held], y[held]))
print(scores)
