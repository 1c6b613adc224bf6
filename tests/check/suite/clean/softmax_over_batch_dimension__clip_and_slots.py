"""Text and image towers, a symmetric contrastive loss over the batch, and slots that compete for the inputs."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class SlotPool(nn.Module):
    def __init__(self, dim, slots=3):
        super().__init__()
        self.slots = nn.Parameter(torch.randn(slots, dim) / dim**0.5)

    def forward(self, x):
        out = []
        for one in x:  # (items, dim) of one picture
            share = F.softmax(self.slots @ one.T, dim=0)
            share = share / share.sum(1, keepdim=True)
            out.append((share @ one).mean(0))
        return torch.stack(out)


class TwoTowers(nn.Module):
    def __init__(self):
        super().__init__()
        self.items = nn.Linear(6, 16)
        self.pool = SlotPool(16)
        self.words = nn.EmbeddingBag(40, 16, mode="mean")
        self.logit_scale = nn.Parameter(torch.tensor(2.0))

    def forward(self, pictures, ids, offsets):
        a = F.normalize(self.pool(F.relu(self.items(pictures))), dim=-1)
        b = F.normalize(self.words(ids, offsets), dim=-1)
        return self.logit_scale.exp() * a @ b.T


def batch(n):
    topic = torch.randint(0, 10, (n,))
    pictures = torch.randn(n, 5, 6) * 0.3 + torch.nn.functional.one_hot(topic % 6, 6).unsqueeze(1)
    lengths = torch.randint(2, 6, (n,))
    ids = torch.cat([torch.randint(0, 4, (k,)) + 4 * t for k, t in zip(lengths.tolist(), topic)])
    return pictures, ids, torch.cat([torch.zeros(1, dtype=torch.long), lengths.cumsum(0)[:-1]])


torch.manual_seed(22)
model = TwoTowers()
opt = torch.optim.AdamW(model.parameters(), lr=3e-3)
for it in range(40):
    logits = model(*batch(16))
    target = torch.arange(16)
    loss = (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2
    opt.zero_grad()
    loss.backward()
    opt.step()
    with torch.no_grad():
        model.logit_scale.clamp_(0, 4.6)
    if it % 10 == 0:
        print(it, loss.item())
