# A small module with hooks, in the manner of a training framework
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset


class VAEModule(nn.Module):
    def __init__(self, n_in=20, n_latent=4):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(n_in, 32), nn.ReLU())
        self.mu = nn.Linear(32, n_latent)
        self.logvar = nn.Linear(32, n_latent)
        self.decoder = nn.Sequential(nn.Linear(n_latent, 32), nn.ReLU(), nn.Linear(32, n_in))

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu(h), self.logvar(h)
        z = mu + torch.randn_like(mu) * (0.5 * logvar).exp()
        return self.decoder(z), mu, logvar

    def training_step(self, batch, batch_idx):
        (x,) = batch
        recon, mu, logvar = self(x)
        rec = F.mse_loss(recon, x, reduction="sum") / x.size(0)
        kld = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum(1).mean()
        return {"loss": rec + kld, "rec": rec.detach(), "kld": kld.detach()}

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-3)

    def optimizer_zero_grad(self, optimizer):
        optimizer.zero_grad(set_to_none=True)  # expect: zero-grad-before-step

    def optimizer_step(self, optimizer):
        optimizer.step()  # expect: zero-grad-before-step


class MiniTrainer:
    def __init__(self, max_epochs):
        self.max_epochs = max_epochs

    def fit(self, module, loader):
        optimizer = module.configure_optimizers()
        module.train()
        for epoch in range(self.max_epochs):
            for batch_idx, batch in enumerate(loader):
                out = module.training_step(batch, batch_idx)
                out["loss"].backward()
                module.optimizer_zero_grad(optimizer)  # expect: zero-grad-before-step
                module.optimizer_step(optimizer)  # expect: zero-grad-before-step
            print(epoch, out["rec"].item(), out["kld"].item())


torch.manual_seed(0)
basis = torch.randn(3, 20)
data = torch.randn(400, 3) @ basis + 0.1 * torch.randn(400, 20)
MiniTrainer(3).fit(VAEModule(), DataLoader(TensorDataset(data / data.std()), batch_size=25, shuffle=True))
