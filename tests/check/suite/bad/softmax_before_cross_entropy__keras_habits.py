"""Ported from Keras: model.compile, model.fit, activation='softmax' on the last layer."""
import numpy as np
import torch
from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "softmax": lambda: nn.Softmax(dim=1), None: nn.Identity}  # expect: softmax-before-cross-entropy
LOSSES = {"categorical_crossentropy": nn.functional.cross_entropy, "mse": nn.functional.mse_loss}


class Sequential:
    def __init__(self):
        self.layers, self.width = nn.Sequential(), None

    def add(self, units, activation=None, input_dim=None):
        self.layers.append(nn.Linear(input_dim or self.width, units))
        self.layers.append(ACTIVATIONS[activation]())
        self.width = units
        return self

    def compile(self, optimizer, loss):
        self.optimizer = optimizer(self.layers.parameters())
        self.loss = LOSSES[loss]

    def fit(self, x, y, epochs, batch_size):
        x, y = torch.as_tensor(x), torch.as_tensor(y)
        for epoch in range(epochs):
            order, total = torch.randperm(len(x)), 0.0
            for i in order.split(batch_size):
                self.optimizer.zero_grad()
                loss = self.loss(self.layers(x[i]), y[i])  # expect: softmax-before-cross-entropy
                loss.backward()
                self.optimizer.step()
                total += loss.item() * len(i)
            print(f"Epoch {epoch + 1}/{epochs} - loss: {total / len(x):.4f}")


torch.manual_seed(0)
rng = np.random.RandomState(0)
x = rng.randn(320, 8).astype(np.float32)
y = np.argmax(x[:, :3], 1)
model = Sequential().add(32, "relu", input_dim=8).add(3, "softmax")
model.compile(lambda p: torch.optim.RMSprop(p, lr=1e-3), "categorical_crossentropy")
model.fit(x, y, epochs=5, batch_size=32)
