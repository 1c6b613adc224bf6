import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(20)


class Factorization(nn.Module):
    def __init__(self, users, films, k=6):
        super().__init__()
        self.u, self.f = nn.Embedding(users, k), nn.Embedding(films, k)
        self.bu, self.bf = nn.Embedding(users, 1), nn.Embedding(films, 1)
        self.mean = nn.Parameter(torch.tensor(3.0))
        for e in (self.u, self.f, self.bu, self.bf):
            nn.init.normal_(e.weight, std=0.1)

    def forward(self, user, film):
        dot = (self.u(user) * self.f(film)).sum(1)
        return dot + self.bu(user)[:, 0] + self.bf(film)[:, 0] + self.mean


users, films = torch.randint(0, 60, (2000,)), torch.randint(0, 40, (2000,))
a, b = torch.randn(60, 2), torch.randn(40, 2)
stars = (3 + (a[users] * b[films]).sum(1)).round().clamp(1, 5)
train = DataLoader(TensorDataset(users[:1600], films[:1600], stars[:1600]), batch_size=100, shuffle=True)
model = Factorization(60, 40)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-2, weight_decay=1e-5)
for epoch in range(4):
    model.train()
    for u, f, s in train:
        loss = nn.functional.mse_loss(model(u, f), s)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        p = model(users[1600:], films[1600:])
    rmse = (p - stars[1600:]).pow(2).mean().sqrt()
    exact = (p.round() == stars[1600:]).float().mean()
    print(epoch, rmse.item(), exact.item())
