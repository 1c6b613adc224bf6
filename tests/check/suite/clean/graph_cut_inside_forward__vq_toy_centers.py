import torch
import torch.nn.functional as F
from torch import nn


class Quantiser(nn.Module):
    def __init__(self, codes=32, d=8, beta=0.25):
        super().__init__()
        self.book = nn.Embedding(codes, d)
        self.book.weight.data.uniform_(-1 / codes, 1 / codes)
        self.beta = beta

    def forward(self, z):
        distance = z.pow(2).sum(1, keepdim=True) - 2 * z @ self.book.weight.T + self.book.weight.pow(2).sum(1)
        index = distance.argmin(1)
        q = self.book(index)
        loss = F.mse_loss(q, z.detach()) + self.beta * F.mse_loss(z, q.detach())
        return z + (q - z).detach(), loss, index


class VQAutoencoder(nn.Module):
    def __init__(self, n=12):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(n, 32), nn.ReLU(), nn.Linear(32, 8))
        self.quantiser = Quantiser()
        self.decoder = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, n))

    def forward(self, x):
        q, loss, index = self.quantiser(self.encoder(x))
        return self.decoder(q), loss, index


torch.manual_seed(25)
centers = torch.randn(10, 12) * 2
model = VQAutoencoder()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for step in range(80):
    x = centers[torch.randint(0, 10, (64,))] + 0.1 * torch.randn(64, 12)
    out, vq, index = model(x)
    loss = F.mse_loss(out, x) + vq
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(step, loss.item(), index.unique().numel())
