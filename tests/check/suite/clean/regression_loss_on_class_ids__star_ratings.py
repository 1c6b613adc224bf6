"""Matrix factorisation of star ratings 1..5: squared error on integers is right here; metrics round the output."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Ratings(Dataset):
    def __init__(self, rows):
        self.u, self.i, self.r = (torch.as_tensor(c) for c in rows)

    def __len__(self):
        return len(self.r)

    def __getitem__(self, k):
        return self.u[k], self.i[k], self.r[k].float()


class MF(nn.Module):
    def __init__(self, nu, ni, mean, k=8):
        super().__init__()
        self.pu, self.qi = nn.Embedding(nu, k), nn.Embedding(ni, k)
        self.bu, self.bi = nn.Embedding(nu, 1), nn.Embedding(ni, 1)
        for e in (self.pu, self.qi):
            nn.init.normal_(e.weight, std=0.1)
        for e in (self.bu, self.bi):
            nn.init.zeros_(e.weight)
        self.register_buffer("mean", torch.tensor(mean))

    def forward(self, u, i):
        return self.mean + self.bu(u)[:, 0] + self.bi(i)[:, 0] + (self.pu(u) * self.qi(i)).sum(-1)


rng = np.random.default_rng(0)
torch.manual_seed(0)
U, I = rng.normal(size=(60, 3)), rng.normal(size=(40, 3))
u, i = rng.integers(0, 60, 1600), rng.integers(0, 40, 1600)
r = np.clip(np.round(3.2 + (U[u] * I[i]).sum(1) * 0.7), 1, 5).astype(np.int64)
cut = 1280
train = DataLoader(Ratings((u[:cut], i[:cut], r[:cut])), batch_size=64, shuffle=True)
test = DataLoader(Ratings((u[cut:], i[cut:], r[cut:])), batch_size=100)
model = MF(60, 40, float(r[:cut].mean()))
opt = torch.optim.Adam(model.parameters(), lr=2e-2, weight_decay=1e-5)
for epoch in range(4):
    model.train()
    for a, b, y in train:
        loss = nn.functional.mse_loss(model(a, b), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    se = hit = n = 0
    with torch.no_grad():
        for a, b, y in test:
            p = model(a, b).clamp(1, 5)
            se += (p - y).pow(2).sum().item()
            hit += (p.round() == y).sum().item()
            n += len(y)
    print(epoch, (se / n) ** 0.5, hit / n)
