import torch
from torch import nn


class History:
    def __init__(self):
        self.losses = []

    def log(self, loss):
        self.losses.append(loss)  # expect: loss-accumulated-with-graph

    def mean(self, last):
        return torch.stack(self.losses[-last:]).mean().item()


class Fitter:
    def __init__(self, model):
        self.model = model
        self.optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
        self.history = History()

    def step(self, x, y):
        self.optimizer.zero_grad(set_to_none=True)
        loss = nn.functional.huber_loss(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        self.history.log(loss)  # expect: loss-accumulated-with-graph


torch.manual_seed(7)
x = torch.rand(300, 2) * 2 - 1
y = (x[:, :1] ** 2 + x[:, 1:]).sin()
fitter = Fitter(nn.Sequential(nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 1)))
for epoch in range(4):
    for b in torch.randperm(300).split(30):
        fitter.step(x[b], y[b])
    print(epoch, fitter.history.mean(10))
