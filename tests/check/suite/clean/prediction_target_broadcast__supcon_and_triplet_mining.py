"""Metric learning: batch-hard triplets and a supervised contrastive term, recall@1 at the end."""
import random

import torch
from torch import nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Sampler, TensorDataset


class PK(Sampler):
    """P classes with K samples each."""

    def __init__(self, labels, p, k, batches):
        self.by = {int(c): (labels == c).nonzero().flatten().tolist() for c in labels.unique()}
        self.p, self.k, self.batches = p, k, batches

    def __len__(self):
        return self.batches

    def __iter__(self):
        for _ in range(self.batches):
            yield [i for c in random.sample(sorted(self.by), self.p) for i in random.sample(self.by[c], self.k)]


def batch_hard(z, y, margin=0.3):
    d = (2 - 2 * z @ z.T).clamp_min(1e-8).sqrt()
    same = y[:, None] == y[None]
    pos = d.masked_fill(~same, 0).amax(1)
    neg = d.masked_fill(same, 9.0).amin(1)
    return F.relu(pos - neg + margin).mean()


def supcon(z, y, t=0.2):
    eye = torch.eye(len(y), dtype=torch.bool)
    logits = (z @ z.T / t).masked_fill(eye, -1e9)
    logp = logits - logits.logsumexp(1, keepdim=True)
    pos = (y[:, None] == y[None]) & ~eye
    return -(logp * pos).sum(1).div(pos.sum(1)).mean()


random.seed(5)
torch.manual_seed(5)
centers = torch.randn(8, 12)
y = torch.arange(8).repeat(20)
x = centers[y] + 0.7 * torch.randn(160, 12)
loader = DataLoader(TensorDataset(x, y), batch_sampler=PK(y, 4, 5, 10))
net = nn.Sequential(nn.Linear(12, 48), nn.ReLU(), nn.Linear(48, 8))
opt = torch.optim.RAdam(net.parameters(), lr=3e-3)
for epoch in range(3):
    for xb, yb in loader:
        z = F.normalize(net(xb), dim=1)
        loss = batch_hard(z, yb) + 0.5 * supcon(z, yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
qy = torch.randint(0, 8, (60,))
with torch.no_grad():
    gallery = F.normalize(net(x), dim=1)
    q = F.normalize(net(centers[qy] + 0.7 * torch.randn(60, 12)), dim=1)
print("recall@1", (y[(q @ gallery.T).argmax(1)] == qy).float().mean().item())
