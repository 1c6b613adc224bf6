import torch
import torch.nn.functional as F
from torch import nn


class Tower(nn.Module):
    def __init__(self, n_items, dim):
        super().__init__()
        self.table = nn.Embedding(n_items, dim)
        self.mix = nn.Linear(dim, dim)

    def forward(self, ids):
        return F.normalize(self.mix(self.table(ids)), dim=-1)


class Recommender(nn.Module):
    def __init__(self, users=50, items=40, dim=8):
        super().__init__()
        self.user_tower = Tower(users, dim)
        self.item_tower = Tower(items, dim)
        self.bias = nn.Parameter(torch.zeros(1))
        self.cache = {}

    def item_vectors(self, ids):
        with torch.no_grad():  # expect: graph-cut-inside-forward
            return self.item_tower(ids)  # expect: graph-cut-inside-forward

    def forward(self, users, items):
        u = self.user_tower(users)
        v = self.item_vectors(items)  # expect: graph-cut-inside-forward
        return 5 * (u * v).sum(-1) + self.bias


torch.manual_seed(71)
taste, kind = torch.randn(50, 3), torch.randn(40, 3)
model = Recommender()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for step in range(60):
    users = torch.randint(0, 50, (128,))
    items = torch.randint(0, 40, (128,))
    clicked = ((taste[users] * kind[items]).sum(1) > 0).float()
    loss = F.binary_cross_entropy_with_logits(model(users, items), clicked)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(f"bce {loss.item():.3f}")
