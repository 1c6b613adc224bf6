import math

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class MDN(nn.Module):
    def __init__(self, hidden=32, mixtures=5):
        super().__init__()
        self.z_h = nn.Sequential(nn.Linear(1, hidden), nn.Tanh())
        self.z_pi = nn.Linear(hidden, mixtures)
        self.z_mu = nn.Linear(hidden, mixtures)
        self.z_sigma = nn.Linear(hidden, mixtures)

    def forward(self, x):
        h = self.z_h(x)
        return torch.softmax(self.z_pi(h), -1), self.z_mu(h), torch.exp(self.z_sigma(h))


def mdn_loss(pi, mu, sigma, y):
    log_normal = -0.5 * ((y - mu) / sigma) ** 2 - torch.log(sigma) - 0.5 * math.log(2 * math.pi)
    return -torch.logsumexp(torch.log(pi + 1e-10) + log_normal, dim=1).mean()


def sample(model, x):
    with torch.no_grad():
        pi, mu, sigma = model(x)
        k = torch.multinomial(pi, 1)
        return mu.gather(1, k) + sigma.gather(1, k) * torch.randn(len(x), 1)


torch.manual_seed(6)
t = torch.rand(600, 1) * 20 - 10
x = 7.0 * torch.sin(0.75 * t) + 0.5 * t + torch.randn_like(t)
x, y = x / 10, t / 10
loader = DataLoader(TensorDataset(x, y), batch_size=60, shuffle=True)
model = MDN()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(6):
    for xb, yb in loader:
        loss = mdn_loss(*model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
print(sample(model, torch.linspace(-1, 1, 10)[:, None]).flatten())
