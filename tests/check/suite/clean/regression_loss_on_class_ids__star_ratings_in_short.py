"""Matrix factorisation of star ratings, trained by squared error and reported rounded."""

import torch
from torch import nn


class Factors(nn.Module):
    def __init__(self, users, items, rank):
        super().__init__()
        self.u, self.i = nn.Embedding(users, rank), nn.Embedding(items, rank)
        self.bu, self.bi = nn.Embedding(users, 1), nn.Embedding(items, 1)
        self.mean = nn.Parameter(torch.tensor(3.0))
        for table in (self.u, self.i, self.bu, self.bi):
            nn.init.normal_(table.weight, std=0.1)

    def forward(self, user, item):
        return self.mean + (self.u(user) * self.i(item)).sum(1) + (self.bu(user) + self.bi(item)).squeeze(1)


torch.manual_seed(82)
taste, quality = torch.randn(40, 3), torch.randn(60, 3)
user, item = torch.randint(0, 40, (800,)), torch.randint(0, 60, (800,))
stars = (3 + 0.8 * (taste[user] * quality[item]).sum(1)).round().clamp(1, 5)
model = Factors(40, 60, 3)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2, weight_decay=1e-4)
for epoch in range(4):
    for rows in torch.randperm(700).split(50):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(user[rows], item[rows]), stars[rows])
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        guess = model(user[700:], item[700:])
        rmse = (guess - stars[700:]).pow(2).mean().sqrt()
        within = ((guess - stars[700:]).abs() <= 1).float().mean()
    print(epoch, rmse.item(), within.item())
