"""A mixture density network for an inverse problem with several answers."""

import math

import torch
from torch import nn
from torch.distributions import Categorical, MixtureSameFamily, Normal


class MDN(nn.Module):
    def __init__(self, hidden=32, mixtures=4):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(1, hidden), nn.Tanh())
        self.pi, self.mu, self.sigma = (nn.Linear(hidden, mixtures) for _ in range(3))

    def forward(self, x):
        h = self.body(x)
        return self.pi(h).softmax(-1), self.mu(h), self.sigma(h).exp()


def by_hand(pi, mu, sigma, y):
    z = (y.expand_as(mu) - mu) / sigma
    density = torch.exp(-0.5 * z**2) / (sigma * math.sqrt(2 * math.pi))
    return -torch.log((pi * density).sum(1) + 1e-8).mean()


def by_library(pi, mu, sigma, y):
    return -MixtureSameFamily(Categorical(pi), Normal(mu, sigma)).log_prob(y.squeeze(1)).mean()


torch.manual_seed(127)
y = torch.rand(400, 1) * 20 - 10
x = torch.sin(0.75 * y) * 7 + y * 0.5 + torch.randn(400, 1)
x, y = x / 10, y / 10
for name, objective in (("by hand", by_hand), ("library", by_library)):
    model = MDN()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(40):
        optimizer.zero_grad()
        loss = objective(*model(x), y)
        loss.backward()
        optimizer.step()
        if epoch % 20 == 0:
            print(name, epoch, loss.item())
