"""VQ-VAE: codebook with an own autograd function, lazy layers, commitment loss, dead codes revived."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Nearest(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, book):
        ix = torch.cdist(z, book).argmin(1)
        ctx.mark_non_differentiable(ix)
        return book[ix], ix

    @staticmethod
    def backward(ctx, g, _):
        return g, None


class VQ(nn.Module):
    def __init__(self, k=16, d=6):
        super().__init__()
        self.book = nn.Parameter(torch.randn(k, d) * 0.5)
        self.register_buffer("usage", torch.ones(k))

    def forward(self, z):
        q, ix = Nearest.apply(z, self.book)
        loss = F.mse_loss(self.book[ix], z.detach()) + 0.25 * F.mse_loss(z, self.book[ix].detach())
        if self.training:
            with torch.no_grad():
                self.usage.mul_(0.9).add_(torch.bincount(ix, minlength=len(self.book)).float(), alpha=0.1)
                dead = self.usage < 0.02
                if dead.any():
                    self.book.data[dead] = z[torch.randint(0, len(z), (int(dead.sum()),))]
        return q, loss


class VQVAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Sequential(nn.LazyLinear(32), nn.ReLU(), nn.LazyLinear(6))
        self.vq = VQ()
        self.dec = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 10))

    def forward(self, x):
        q, vq_loss = self.vq(self.enc(x))
        return self.dec(q), vq_loss


torch.manual_seed(90)
data = torch.randn(12, 10)[torch.randint(0, 12, (480,))] + 0.1 * torch.randn(480, 10)
model = VQVAE()
model(data[:2])
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(5):
    model.train()
    total = 0.0
    for ix in torch.randperm(480).split(48):
        recon, vq = model(data[ix])
        loss = F.mse_loss(recon, data[ix]) + vq
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(ix)
    print(epoch, total / 480)
