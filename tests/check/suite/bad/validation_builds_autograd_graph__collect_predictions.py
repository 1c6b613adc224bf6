import numpy as np
import torch
from torch import nn


class Estimator:
    def __init__(self, width=24, lr=0.01, epochs=3):
        self.net = nn.Sequential(nn.Linear(4, width), nn.Tanh(), nn.Linear(width, 1))
        self.opt = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.epochs = epochs

    def fit(self, X, y, X_val, y_val):
        for epoch in range(self.epochs):
            self.net.train()
            for b in torch.randperm(len(X)).split(32):
                self.opt.zero_grad()
                loss = ((self.net(X[b]).squeeze(1) - y[b]) ** 2).mean()
                loss.backward()
                self.opt.step()
            r2 = self.score(X_val, y_val)
            print("epoch", epoch, "r2", round(r2, 4))
        return self

    def predict(self, X):
        self.net.eval()
        parts = [self.net(part) for part in X.split(20)]  # expect: validation-builds-autograd-graph
        return torch.cat(parts).squeeze(1).detach().numpy()

    def score(self, X, y):
        pred, true = self.predict(X), y.numpy()
        return float(1 - np.sum((pred - true) ** 2) / np.sum((true - true.mean()) ** 2))


torch.manual_seed(36)
X = torch.randn(340, 4)
y = X[:, 0] + X[:, 1] * X[:, 2]
Estimator().fit(X[:256], y[:256], X[256:], y[256:])
