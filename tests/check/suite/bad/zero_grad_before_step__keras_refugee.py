"""A small fit() for people who come from Keras."""
import numpy as np
import torch
from torch import nn


class KModel:
    def __init__(self, net):
        self.net = net

    def compile(self, optimizer, loss, metrics=()):
        self.optimizer, self.loss, self.metrics = optimizer, loss, metrics

    def apply_gradients(self, loss):
        loss.backward()
        self.optimizer.zero_grad()  # expect: zero-grad-before-step
        self.optimizer.step()  # expect: zero-grad-before-step

    def fit(self, x, y, epochs=1, batch_size=32, verbose=1):
        history = {"loss": []}
        for e in range(epochs):
            perm = np.random.permutation(len(x))
            losses = []
            self.net.train()
            for i in range(0, len(x), batch_size):
                j = perm[i : i + batch_size]
                xb = torch.as_tensor(x[j], dtype=torch.float32)
                yb = torch.as_tensor(y[j], dtype=torch.int64)
                loss = self.loss(self.net(xb), yb)
                self.apply_gradients(loss)  # expect: zero-grad-before-step
                losses.append(loss.item())
            history["loss"].append(float(np.mean(losses)))
            if verbose:
                print(f"Epoch {e + 1}/{epochs} - loss: {history['loss'][-1]:.4f}")
        return history


np.random.seed(1)
torch.manual_seed(1)
X = np.random.randn(640, 10).astype("float32")
Y = (X[:, 0] * X[:, 1] > 0).astype("int64")
model = KModel(nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 2)))
model.compile(torch.optim.Adam(model.net.parameters(), lr=3e-3), nn.CrossEntropyLoss())
model.fit(X, Y, epochs=4)
