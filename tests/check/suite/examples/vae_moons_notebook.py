# %% imports
import torch
import torch.nn.functional as F
from sklearn.datasets import make_moons
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(120)

# %% data
points, _ = make_moons(400, noise=0.05, random_state=0)
points = torch.tensor(points, dtype=torch.float32)
points = (points - points.mean(0)) / points.std(0)
loader = DataLoader(TensorDataset(points), batch_size=50, shuffle=True)


# %% model
class VAE(nn.Module):
    def __init__(self, code=2):
        super().__init__()
        self.fc1 = nn.Linear(2, 32)
        self.mu, self.logvar = nn.Linear(32, code), nn.Linear(32, code)
        self.fc3, self.fc4 = nn.Linear(code, 32), nn.Linear(32, 2)

    def encode(self, x):
        h = F.relu(self.fc1(x))
        return self.mu(h), self.logvar(h)

    def reparameterize(self, mu, logvar):
        return mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.fc4(F.relu(self.fc3(self.reparameterize(mu, logvar)))), mu, logvar


def elbo(recon, x, mu, logvar):
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return F.mse_loss(recon, x, reduction="sum") + 0.1 * kl


model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)

# %% training
for epoch in range(6):
    train_loss = 0
    for (x,) in loader:
        optimizer.zero_grad()
        recon, mu, logvar = model(x)
        loss = elbo(recon, x, mu, logvar)
        loss.backward()
        train_loss += loss.item()
        optimizer.step()
    print(f"epoch {epoch} average loss {train_loss / len(loader.dataset):.4f}")
    with torch.no_grad():
        z = torch.randn(16, 2)
        sample = model.fc4(F.relu(model.fc3(z)))
