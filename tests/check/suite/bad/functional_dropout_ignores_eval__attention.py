"""Own attention layer for event sequences."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class SelfAttention(nn.Module):
    def __init__(self, d, heads, p):
        super().__init__()
        self.h, self.p = heads, p
        self.qkv, self.o = nn.Linear(d, 3 * d), nn.Linear(d, d)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.h, d // self.h).permute(2, 0, 3, 1, 4)
        a = (q @ k.transpose(-1, -2) / math.sqrt(d // self.h)).softmax(-1)
        a = F.dropout(a, self.p)  # expect: functional-dropout-ignores-eval
        return self.o((a @ v).transpose(1, 2).reshape(b, t, d))


class Events(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 16)
        self.attn = SelfAttention(16, 4, 0.2)
        self.norm = nn.LayerNorm(16)
        self.cls = nn.Linear(16, 2)

    def forward(self, ids):
        x = self.embed(ids)
        return self.cls(self.norm(x + self.attn(x)).amax(1))


def main():
    torch.manual_seed(13)
    ids = torch.randint(0, 20, (480, 8))
    y = (ids == 7).any(1).long()
    tr, va = slice(0, 384), slice(384, 480)
    model = Events()
    opt = torch.optim.Adam(model.parameters(), lr=3e-3)
    for epoch in range(3):
        model.train()
        for ix in torch.randperm(384).split(32):
            loss = F.cross_entropy(model(ids[tr][ix]), y[tr][ix])
            opt.zero_grad()
            loss.backward()
            opt.step()
        model.eval()
        with torch.no_grad():
            acc = (model(ids[va]).argmax(1) == y[va]).float().mean()
        print(epoch, acc.item())


main()
