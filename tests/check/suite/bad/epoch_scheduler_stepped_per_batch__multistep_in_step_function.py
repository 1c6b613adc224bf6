"""A step function that also moves the schedule."""

import torch
from torch import nn
from torch.optim.lr_scheduler import MultiStepLR
from torch.utils.data import DataLoader, TensorDataset

EPOCHS = 12


class Runner:
    def __init__(self, model, rate):
        self.model = model
        self.optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
        self.scheduler = MultiStepLR(self.optimizer, milestones=[4, 8, 10], gamma=0.1)  # expect: epoch-scheduler-stepped-per-batch
        self.criterion = nn.CrossEntropyLoss()

    def train_batch(self, x, y):
        self.optimizer.zero_grad()
        loss = self.criterion(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        self.scheduler.step()  # expect: epoch-scheduler-stepped-per-batch
        return loss.item()

    def run(self, loader):
        for epoch in range(EPOCHS):
            mean = sum(self.train_batch(x, y) for x, y in loader) / len(loader)
            if epoch % 4 == 0:
                print(epoch, mean, self.scheduler.get_last_lr())


torch.manual_seed(42)
x = torch.randn(256, 10)
y = x[:, :4].argmax(1)
Runner(nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 4)), 0.1).run(
    DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
)
