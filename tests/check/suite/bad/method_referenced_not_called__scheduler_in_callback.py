"""Callbacks in a list."""
import torch
from torch import nn

torch.manual_seed(53)


class LRStep:
    def __init__(self, scheduler):
        self.scheduler = scheduler

    def on_epoch_end(self, trainer):
        self.scheduler.step  # expect: method-referenced-not-called


class Printer:
    def on_epoch_end(self, trainer):
        print(f"epoch {trainer.epoch} loss {trainer.loss:.4f}")


class Trainer:
    def __init__(self, model, opt, callbacks):
        self.model, self.opt, self.callbacks = model, opt, callbacks

    def fit(self, x, y, epochs):
        for self.epoch in range(epochs):
            total = 0.0
            for i in torch.randperm(len(x)).split(32):
                self.opt.zero_grad()
                loss = nn.functional.mse_loss(self.model(x[i]), y[i])
                loss.backward()
                self.opt.step()
                total += loss.item() * len(i)
            self.loss = total / len(x)
            for c in self.callbacks:
                c.on_epoch_end(self)


model = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 1))
opt = torch.optim.SGD(model.parameters(), lr=0.1)
x = torch.randn(192, 4)
y = x[:, :1] * x[:, 1:2]
Trainer(model, opt, [LRStep(torch.optim.lr_scheduler.StepLR(opt, 2, 0.5)), Printer()]).fit(x, y, 5)
