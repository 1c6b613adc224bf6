import torch
from torch import nn, Tensor


class AdversarialTrainer:
    def __init__(self, gen: nn.Module, disc: nn.Module, latent: int) -> None:
        self.gen, self.disc, self.latent = gen, disc, latent
        self.g_opt = torch.optim.RMSprop(gen.parameters(), lr=1e-3)
        self.d_opt = torch.optim.RMSprop(disc.parameters(), lr=1e-3)

    def disc_loss(self, real: Tensor) -> Tensor:
        fake = self.gen(torch.randn(len(real), self.latent))
        return self.disc(fake).mean() - self.disc(real).mean()  # expect: discriminator-loss-leaks-into-generator

    def gen_loss(self, n: int) -> Tensor:
        return -self.disc(self.gen(torch.randn(n, self.latent))).mean()

    def step(self, real: Tensor) -> tuple[float, float]:
        d_loss = self.disc_loss(real)
        d_loss.backward()  # expect: discriminator-loss-leaks-into-generator
        self.d_opt.step()
        self.d_opt.zero_grad()
        with torch.no_grad():
            for p in self.disc.parameters():
                p.clamp_(-0.1, 0.1)
        g_loss = self.gen_loss(len(real))
        g_loss.backward()
        self.g_opt.step()  # expect: discriminator-loss-leaks-into-generator
        self.g_opt.zero_grad()
        self.d_opt.zero_grad()
        return d_loss.item(), g_loss.item()


torch.manual_seed(51)
ring = torch.rand(256) * 6.283
real = torch.stack([ring.cos(), ring.sin()], 1)
trainer = AdversarialTrainer(
    nn.Sequential(nn.Linear(2, 24), nn.ReLU(), nn.Linear(24, 2)),
    nn.Sequential(nn.Linear(2, 24), nn.ReLU(), nn.Linear(24, 1)), latent=2)
for epoch in range(4):
    for rows in torch.randperm(256).split(32):
        d, g = trainer.step(real[rows])
    print(f"epoch {epoch} d {d:.4f} g {g:.4f}")
