"""VAE on two-moon-like points; distributions from torch.distributions."""
import argparse

import torch
import torch.nn as nn
from torch.distributions import Normal, kl_divergence


class Encoder(nn.Module):
    def __init__(self, d, h, z):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(d, h), nn.Tanh())
        self.mu = nn.Linear(h, z)

    def forward(self, x):
        return self.mu(self.body(x))


class AutoEncoder(nn.Module):
    def __init__(self, d=6, h=32, z=3):
        super().__init__()
        self.enc = Encoder(d, h, z)
        self.dec = nn.Sequential(nn.Linear(z, h), nn.Tanh(), nn.Linear(h, d))

    def forward(self, x):
        mu = self.enc(x)
        z = Normal(mu, 0.1).sample()  # expect: graph-cut-inside-forward
        return self.dec(z)


def main(args):
    torch.manual_seed(args.seed)
    basis = torch.randn(3, 6)
    data = torch.randn(600, 3) @ basis + 0.05 * torch.randn(600, 6)
    data = (data - data.mean(0)) / data.std(0)
    vae = AutoEncoder()
    opt = torch.optim.Adam(vae.parameters(), lr=args.lr)
    for epoch in range(args.epochs):
        total = 0.0
        for ix in torch.randperm(len(data)).split(args.batch):
            x = data[ix]
            recon = vae(x)  # expect: graph-cut-inside-forward
            loss = nn.functional.mse_loss(recon, x)
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(x)
        print(f"[{epoch}] {total / len(data):.4f}")


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--lr", type=float, default=2e-3)
    ap.add_argument("--epochs", type=int, default=4)
    ap.add_argument("--batch", type=int, default=50)
    ap.add_argument("--seed", type=int, default=3)
    main(ap.parse_args())
