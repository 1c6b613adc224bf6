"""A recommender."""
import torch
from torch import nn

torch.manual_seed(75)


class Recommender(nn.Module):
    def __init__(self, users=50, items=40, d=8):
        super().__init__()
        self.u, self.i = nn.Embedding(users, d), nn.Embedding(items, d)
        self.mlp = nn.Sequential(nn.Linear(2 * d, 16), nn.ReLU(), nn.Linear(16, 1))

    def forward(self, u, i):
        return self.mlp(torch.cat([self.u(u), self.i(i)], 1)).squeeze(1)  # expect: *


taste = torch.randn(50, 40)
net = Recommender()
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for step in range(25):
    users, items = torch.randint(0, 50, (64,)), torch.randint(0, 40, (64,))
    stars = taste[users, items]
    out = net((users / 50).long(), (items / 40).long())  # expect: *
    loss = nn.functional.mse_loss(out, stars)  # expect: *
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
