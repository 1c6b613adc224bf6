"""Embeds points so that squared distances in the plane match those in space."""
import torch
from torch import nn


class Embedder(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(10, 32), nn.Tanh(), nn.Linear(32, 2))

    def forward(self, x):
        return self.net(x)


def all_distances(z):
    difference = z.unsqueeze(0) - z.unsqueeze(1)
    squared = difference.pow(2).sum(dim=-1)
    return torch.sqrt(squared)  # expect: nan-gradient-from-sqrt-at-zero


def main():
    torch.manual_seed(13)
    x = torch.randn(256, 10)
    model = Embedder()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for step in range(25):
        batch = x[torch.randperm(256)[:32]]
        with torch.no_grad():
            wanted = torch.cdist(batch, batch)
        stress = (all_distances(model(batch)) - wanted).pow(2).mean()
        optimizer.zero_grad()
        stress.backward()  # expect: nan-gradient-from-sqrt-at-zero
        optimizer.step()
    print("stress", stress.item())


main()
