"""A learner class that validates every few steps."""

from abc import ABC, abstractmethod

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Learner(ABC):
    def __init__(self, model, optimizer):
        self.model, self.optimizer = model, optimizer

    @abstractmethod
    def loss(self, x, y): ...

    def step(self, x, y):
        self.optimizer.zero_grad()
        loss = self.loss(x, y)
        loss.backward()
        self.optimizer.step()  # expect: train-mode-not-restored
        return loss.item()

    def evaluate(self, loader):
        self.model.eval()  # expect: train-mode-not-restored
        total = count = 0
        with torch.inference_mode():
            for x, y in loader:
                total += self.loss(x, y).item() * len(x)
                count += len(x)
        return total / count

    def fit(self, train, valid, epochs, every=4):
        step = 0
        self.model.train()  # expect: train-mode-not-restored
        for _ in range(epochs):
            for x, y in train:
                self.step(x, y)
                step += 1
                if step % every == 0:
                    print(step, round(self.evaluate(valid), 4))  # expect: train-mode-not-restored


class Counts(Learner):
    def loss(self, x, y):
        return nn.functional.poisson_nll_loss(self.model(x).squeeze(1), y)


torch.manual_seed(31)
x = torch.randn(300, 5)
y = torch.poisson((0.5 * x[:, 0] + 0.3 * x[:, 1]).exp())
model = nn.Sequential(nn.Linear(5, 24), nn.ReLU(), nn.Dropout(0.2), nn.Linear(24, 1))
learner = Counts(model, torch.optim.Adam(model.parameters(), lr=5e-3))
train = DataLoader(TensorDataset(x[:240], y[:240]), batch_size=30, shuffle=True)
valid = DataLoader(TensorDataset(x[240:], y[240:]), batch_size=30)
learner.fit(train, valid, epochs=3)
