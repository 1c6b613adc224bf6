"""Siamese network with a contrastive loss; some pairs hold the same picture twice."""

import torch
from torch import nn

torch.manual_seed(6)


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 8))

    def forward(self, left, right):
        a, b = self.body(left), self.body(right)
        return torch.sqrt(((a - b) ** 2).sum(dim=1))  # expect: nan-gradient-from-sqrt-at-zero


def contrastive(distance, same, margin=1.0):
    pull = same * distance.pow(2)
    push = (1 - same) * (margin - distance).clamp_min(0).pow(2)
    return (pull + push).mean()


pictures = torch.randn(60, 16)
kinds = torch.arange(60) % 3
model = Siamese()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for step in range(30):
    i = torch.randint(0, 60, (32,))
    j = torch.randint(0, 60, (32,))
    j[0] = i[0]
    same = (kinds[i] == kinds[j]).float()
    optimizer.zero_grad()
    loss = contrastive(model(pictures[i], pictures[j]), same)
    loss.backward()  # expect: nan-gradient-from-sqrt-at-zero
    optimizer.step()
    if step % 10 == 0:
        print(step, loss.item())
