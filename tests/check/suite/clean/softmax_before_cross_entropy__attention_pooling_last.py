import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(14)


class AttentionPool(nn.Module):
    """Multiple instance learning: the class logits are attention-weighted sums of instance logits."""

    def __init__(self, d=8, classes=3):
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(d, 24), nn.ReLU())
        self.attention = nn.Linear(24, 1)
        self.logits = nn.Linear(24, classes)

    def forward(self, bag):
        h = self.embed(bag)
        a = F.softmax(self.attention(h), dim=1)
        return torch.bmm(a.transpose(1, 2), self.logits(h)).squeeze(1)


def bags(n):
    y = torch.randint(0, 3, (n,))
    x = torch.randn(n, 10, 8)
    x[torch.arange(n), torch.randint(0, 10, (n,)), y] += 4
    return x, y


model = AttentionPool()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for step in range(60):
    x, y = bags(32)
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
