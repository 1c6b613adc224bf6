"""A VQ autoencoder: straight-through codes and a commitment term."""

import torch
import torch.nn.functional as F
from torch import nn


class Quantiser(nn.Module):
    def __init__(self, codes, width):
        super().__init__()
        self.book = nn.Embedding(codes, width)
        nn.init.uniform_(self.book.weight, -1, 1)

    def forward(self, z):
        with torch.no_grad():
            index = torch.cdist(z, self.book.weight).argmin(1)
        q = self.book(index)
        extra = F.mse_loss(q, z.detach()) + 0.25 * F.mse_loss(z, q.detach())
        return z + (q - z).detach(), extra, index


class VQVAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(10, 24), nn.ReLU(), nn.Linear(24, 4))
        self.quantiser = Quantiser(16, 4)
        self.decoder = nn.Sequential(nn.Linear(4, 24), nn.ReLU(), nn.Linear(24, 10))

    def forward(self, x):
        q, extra, index = self.quantiser(self.encoder(x))
        return self.decoder(q), extra, index


torch.manual_seed(85)
data = torch.randn(5, 10)[torch.randint(0, 5, (256,))] + 0.2 * torch.randn(256, 10)
model = VQVAE()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(5):
    for rows in torch.randperm(256).split(32):
        optimizer.zero_grad()
        out, extra, index = model(data[rows])
        loss = F.mse_loss(out, data[rows]) + extra
        loss.backward()
        optimizer.step()
    print(epoch, loss.item(), index.unique().numel())
