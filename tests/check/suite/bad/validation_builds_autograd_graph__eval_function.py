"""Autoencoder with a held-out reconstruction error."""

import torch
from torch import nn
from torch.utils.data import DataLoader


class AutoEncoder(nn.Module):
    def __init__(self, inputs, code):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(inputs, 16), nn.ReLU(), nn.Linear(16, code))
        self.decoder = nn.Sequential(nn.Linear(code, 16), nn.ReLU(), nn.Linear(16, inputs))

    def forward(self, x):
        return self.decoder(self.encoder(x))


def reconstruction(model, loader):
    model.eval()  # expect: validation-builds-autograd-graph
    errors = []
    for x in loader:
        errors.append(nn.functional.mse_loss(model(x), x).item())  # expect: validation-builds-autograd-graph
    return sum(errors) / len(errors)


def main():
    torch.manual_seed(34)
    basis = torch.randn(3, 12)
    data = torch.randn(320, 3) @ basis + 0.1 * torch.randn(320, 12)
    train = DataLoader(data[:256], batch_size=32, shuffle=True)
    held = DataLoader(data[256:], batch_size=32)
    model = AutoEncoder(12, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(5):
        model.train()
        for x in train:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), x)
            loss.backward()
            optimizer.step()
        print(epoch, reconstruction(model, held))


main()
