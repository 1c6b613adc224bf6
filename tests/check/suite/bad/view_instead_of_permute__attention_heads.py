import math
import torch
from torch import nn
import torch.nn.functional as F


class MultiHead(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.h, self.dk = heads, d // heads
        self.qkv = nn.Linear(d, 3 * d)
        self.o = nn.Linear(d, d)

    def forward(self, x):
        B, T, D = x.shape
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        # heads to the front so that one bmm does them all
        q = q.reshape(self.h, B, T, self.dk)  # expect: view-instead-of-permute
        k = k.reshape(self.h, B, T, self.dk)  # expect: view-instead-of-permute
        v = v.reshape(self.h, B, T, self.dk)  # expect: view-instead-of-permute
        w = torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(self.dk), dim=-1)
        y = (w @ v).permute(1, 2, 0, 3).reshape(B, T, D)
        return self.o(y)


class Classifier(nn.Module):
    def __init__(self, vocab, d=16):
        super().__init__()
        self.emb = nn.Embedding(vocab, d)
        self.att = MultiHead(d, 4)
        self.fc = nn.Linear(d, 2)

    def forward(self, ids):
        h = self.emb(ids)
        return self.fc((h + self.att(h)).mean(1))


torch.manual_seed(0)
ids = torch.randint(0, 20, (256, 6))
y = ((ids < 7).sum(1) > 2).long()
model = Classifier(20)
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
for epoch in range(3):
    for b in torch.randperm(256).split(32):
        loss = F.cross_entropy(model(ids[b]), y[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print('epoch', epoch, 'loss', loss.item())
