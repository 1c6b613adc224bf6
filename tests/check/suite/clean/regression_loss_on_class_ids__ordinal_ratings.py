# star ratings from 1 to 5: the order matters, so squared error is right
import torch
from torch import nn

torch.manual_seed(2)
users, items = 40, 30
taste, trait = torch.randn(users, 2), torch.randn(items, 2)
u = torch.randint(0, users, (600,))
i = torch.randint(0, items, (600,))
stars = ((taste[u] * trait[i]).sum(1) + 3).round().clamp(1, 5)


class MF(nn.Module):
    def __init__(self, k=4):
        super().__init__()
        self.P, self.Q = nn.Embedding(users, k), nn.Embedding(items, k)
        self.bu, self.bi = nn.Embedding(users, 1), nn.Embedding(items, 1)
        self.mean = 3.0

    def forward(self, u, i):
        return self.mean + (self.P(u) * self.Q(i)).sum(1) + self.bu(u)[:, 0] + self.bi(i)[:, 0]


mf = MF()
opt = torch.optim.Adam(mf.parameters(), lr=0.02, weight_decay=1e-4)
for epoch in range(5):
    se = 0.0
    for b in torch.randperm(600).split(60):
        loss = nn.functional.mse_loss(mf(u[b], i[b]), stars[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        se += loss.item() * len(b)
    print("epoch", epoch, "rmse", (se / 600) ** 0.5)
