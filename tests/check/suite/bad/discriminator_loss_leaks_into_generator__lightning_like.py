"""A GAN in the form of a module with training_step(batch, optimizer_idx)."""
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce

torch.manual_seed(2)


class GAN(nn.Module):
    def __init__(self, z=4):
        super().__init__()
        self.z = z
        self.generator = nn.Sequential(nn.Linear(z, 16), nn.ReLU(), nn.Linear(16, 2))
        self.critic = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))

    def forward(self, n):
        return self.generator(torch.randn(n, self.z))

    def training_step(self, real, optimizer_idx):
        n = len(real)
        if optimizer_idx == 0:
            return bce(self.critic(self(n)), torch.ones(n, 1))
        return 0.5 * (bce(self.critic(real), torch.ones(n, 1)) + bce(self.critic(self(n)), torch.zeros(n, 1)))

    def configure_optimizers(self):
        return [
            torch.optim.Adam(self.generator.parameters(), lr=2e-3, betas=(0.5, 0.99)),
            torch.optim.Adam(self.critic.parameters(), lr=2e-3, betas=(0.5, 0.99)),
        ]


class Trainer:
    def fit(self, module, data):
        optimizers = module.configure_optimizers()
        for real in data:
            for idx, opt in enumerate(optimizers):
                loss = module.training_step(real, idx)
                loss.backward()  # expect: discriminator-loss-leaks-into-generator
                opt.step()  # expect: discriminator-loss-leaks-into-generator
                opt.zero_grad()


module = GAN()
Trainer().fit(module, [torch.randn(32, 2) * 0.2 + torch.tensor([1.0, -1.0]) for _ in range(20)])
print(module(4).mean().item())
