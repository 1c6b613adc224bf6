"""Trainer hierarchy: an abstract base drives the epochs, subclasses fill in the steps."""

import abc

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class BaseTrainer(abc.ABC):
    def __init__(self, model, loader, lr):
        self.model = model
        self.loader = loader
        self.optimizer = self.build_optimizer(lr)
        self.history = []

    @abc.abstractmethod
    def build_optimizer(self, lr):
        """Return the optimizer."""

    @abc.abstractmethod
    def compute_loss(self, batch):
        """Return a scalar."""

    def on_epoch_end(self, epoch, loss):
        self.history.append(loss)

    def fit(self, epochs):
        self.model.train()
        for epoch in range(epochs):
            total, seen = 0.0, 0
            for batch in self.loader:
                loss = self.compute_loss(batch)
                loss.backward()
                self.optimizer.step()  # expect: missing-zero-grad
                total += loss.item() * len(batch[0])
                seen += len(batch[0])
            self.on_epoch_end(epoch, total / seen)


class SupervisedTrainer(BaseTrainer):
    def build_optimizer(self, lr):
        return torch.optim.SGD(self.model.parameters(), lr=lr, momentum=0.5)


class RegressionTrainer(SupervisedTrainer):
    def compute_loss(self, batch):
        x, y = batch
        return nn.functional.smooth_l1_loss(self.model(x).squeeze(1), y)


def main():
    torch.manual_seed(7)
    x = torch.randn(256, 6)
    y = x @ torch.randn(6) + 0.1 * torch.randn(256)
    loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
    model = nn.Sequential(nn.Linear(6, 24), nn.Tanh(), nn.Linear(24, 1))
    trainer = RegressionTrainer(model, loader, lr=0.01)
    trainer.fit(epochs=4)
    print("losses", [round(v, 4) for v in trainer.history])


if __name__ == "__main__":
    main()
