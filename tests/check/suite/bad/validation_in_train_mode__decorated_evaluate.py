"""Metrics through a decorator; the network is a property of the run."""
import functools

import torch
from torch import nn


def metric(fn):
    @functools.wraps(fn)
    def inner(self, *args):
        with torch.inference_mode():
            value = fn(self, *args)
        self.log.setdefault(fn.__name__, []).append(value)
        return value

    return inner


class Run:
    def __init__(self, seed=0):
        torch.manual_seed(seed)
        self.log = {}
        self._net = nn.Sequential(nn.Linear(9, 48), nn.ReLU(), nn.Dropout(0.4), nn.Linear(48, 2))
        self.opt = torch.optim.Adam(self._net.parameters(), lr=4e-3)
        x = torch.randn(400, 9)
        y = (x[:, 0] * x[:, 1] > 0).long()
        self.train_set, self.val_set = (x[:300], y[:300]), (x[300:], y[300:])

    @property
    def net(self):
        return self._net

    @metric
    def accuracy(self, x, y):
        return (self.net(x).argmax(1) == y).float().mean().item()  # expect: validation-in-train-mode

    @metric
    def nll(self, x, y):
        return nn.functional.cross_entropy(self.net(x), y).item()  # expect: validation-in-train-mode

    def epoch(self):
        self.net.train()
        x, y = self.train_set
        for i in torch.randperm(len(x)).split(50):
            loss = nn.functional.cross_entropy(self.net(x[i]), y[i])
            self.opt.zero_grad()
            loss.backward()
            self.opt.step()


run = Run()
for _ in range(5):
    run.epoch()
    run.accuracy(*run.val_set)
    run.nll(*run.val_set)
print(run.log["accuracy"][-1])
