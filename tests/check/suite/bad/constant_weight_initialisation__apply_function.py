"""Weights initialised through Module.apply."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def init_weights(module):
    if isinstance(module, nn.Linear):
        nn.init.constant_(module.weight, 0.05)  # expect: constant-weight-initialisation
        nn.init.zeros_(module.bias)


class MLP(nn.Module):
    def __init__(self, inputs, hidden, outputs):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(inputs, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, outputs)
        )
        self.apply(init_weights)  # expect: constant-weight-initialisation

    def forward(self, x):
        return self.layers(x)


def main():
    torch.manual_seed(10)
    x = torch.randn(256, 5)
    y = torch.sin(x[:, 0]) * x[:, 1] + x[:, 2]
    loader = DataLoader(TensorDataset(x, y.unsqueeze(1)), batch_size=32, shuffle=True)
    model = MLP(5, 20, 1)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
    for epoch in range(5):
        total = 0.0
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(xb), yb)
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(epoch, total / len(loader))


main()
