"""Hand-written attention with dropout on the weights."""

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Attention(nn.Module):
    def __init__(self, width, heads, drop):
        super().__init__()
        self.heads, self.drop = heads, drop
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x):
        b, t, w = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        scores = torch.einsum("bhid,bhjd->bhij", q, k) / math.sqrt(q.shape[-1])
        weights = F.dropout(scores.softmax(-1), self.drop)  # expect: functional-dropout-ignores-eval
        return self.out(torch.einsum("bhij,bhjd->bihd", weights, v).reshape(b, t, w))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(12, 16)
        self.norm = nn.LayerNorm(16)
        self.attention = Attention(16, 2, 0.2)
        self.head = nn.Linear(16, 3)

    def forward(self, ids):
        h = self.embed(ids)
        h = h + self.attention(self.norm(h))
        return self.head(h.mean(1))


def main():
    torch.manual_seed(32)
    ids = torch.randint(0, 12, (260, 7))
    y = torch.stack([(ids % 3 == k).sum(1) for k in range(3)], 1).argmax(1)
    train = DataLoader(TensorDataset(ids[:200], y[:200]), 25, shuffle=True)
    held = DataLoader(TensorDataset(ids[200:], y[200:]), 30)
    model = Model()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(4):
        model.train()
        for a, b in train:
            optimizer.zero_grad()
            F.cross_entropy(model(a), b).backward()
            optimizer.step()
        model.eval()
        right = 0
        with torch.no_grad():
            for a, b in held:
                right += (model(a).argmax(1) == b).sum().item()
        print(epoch, right / 60)


main()
