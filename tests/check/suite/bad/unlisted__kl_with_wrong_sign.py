"""A variational autoencoder on a line."""
import torch
from torch import nn

torch.manual_seed(74)


class VAE(nn.Module):
    def __init__(self, d=10, z=2):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(d, 24), nn.ReLU(), nn.Linear(24, 2 * z))
        self.dec = nn.Sequential(nn.Linear(z, 24), nn.ReLU(), nn.Linear(24, d))

    def forward(self, x):
        mu, logvar = self.enc(x).chunk(2, 1)
        z = mu + torch.randn_like(mu) * (0.5 * logvar).exp()
        return self.dec(z), mu, logvar


vae = VAE()
opt = torch.optim.Adam(vae.parameters(), lr=2e-2)  # expect: *
for step in range(60):
    x = torch.randn(64, 2) @ torch.ones(2, 10) + 0.1 * torch.randn(64, 10)
    rec, mu, logvar = vae(x)
    kl = 0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum(1).mean()
    loss = nn.functional.mse_loss(rec, x) + kl  # expect: *
    opt.zero_grad()
    loss.backward()  # expect: *
    opt.step()  # expect: *
print(loss.item())
