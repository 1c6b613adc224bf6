"""VQ-VAE with a straight-through estimator and an EMA codebook held in buffers."""
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(85)


class Quantizer(nn.Module):
    def __init__(self, k, d, decay=0.9):
        super().__init__()
        self.decay = decay
        self.register_buffer("codes", torch.randn(k, d))
        self.register_buffer("size", torch.ones(k))
        self.register_buffer("total", self.codes.clone())

    def forward(self, z):
        idx = torch.cdist(z.detach(), self.codes).argmin(1)
        q = self.codes[idx]
        if self.training:
            with torch.no_grad():
                one = F.one_hot(idx, len(self.codes)).to(z)
                self.size.mul_(self.decay).add_(one.sum(0), alpha=1 - self.decay)
                self.total.mul_(self.decay).add_(one.t() @ z, alpha=1 - self.decay)
                self.codes.copy_(self.total / self.size.clamp_min(1e-3)[:, None])
        commit = F.mse_loss(z, q.detach())
        return z + (q - z).detach(), commit, idx


class VQVAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 4))
        self.vq = Quantizer(16, 4)
        self.dec = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 12))

    def forward(self, x):
        z, commit, idx = self.vq(self.enc(x))
        return self.dec(z), commit, idx


modes = torch.randn(5, 12)
model = VQVAE()
opt = torch.optim.Adam(model.parameters(), lr=4e-3)
for it in range(40):
    x = modes[torch.randint(0, 5, (48,))] + 0.1 * torch.randn(48, 12)
    rec, commit, idx = model(x)
    loss = F.mse_loss(rec, x) + 0.25 * commit
    opt.zero_grad()
    loss.backward()
    opt.step()
model.eval()
with torch.no_grad():
    rec, _, idx = model(x)
print(loss.item(), idx.unique().numel())
