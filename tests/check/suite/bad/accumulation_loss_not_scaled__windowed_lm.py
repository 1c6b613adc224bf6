"""Causal LM on synthetic arithmetic progressions, big effective batch."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(42)
VOCAB, T, D = 32, 12, 32
MICRO_BATCHES = 8


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(D), nn.LayerNorm(D)
        self.qkv = nn.Linear(D, 3 * D)
        self.proj = nn.Linear(D, D)
        self.mlp = nn.Sequential(nn.Linear(D, 2 * D), nn.GELU(), nn.Linear(2 * D, D))

    def forward(self, x):
        q, k, v = self.qkv(self.ln1(x)).chunk(3, -1)
        x = x + self.proj(F.scaled_dot_product_attention(q, k, v, is_causal=True))
        return x + self.mlp(self.ln2(x))


class LM(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok, self.pos = nn.Embedding(VOCAB, D), nn.Embedding(T, D)
        self.block = Block()
        self.out = nn.Linear(D, VOCAB)

    def forward(self, idx):
        h = self.tok(idx) + self.pos(torch.arange(idx.shape[1]))
        return self.out(self.block(h))


def sample(n):
    start = torch.randint(0, VOCAB, (n, 1))
    step = torch.randint(1, 5, (n, 1))
    return (start + step * torch.arange(T + 1)) % VOCAB


model = LM()
opt = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
micro = 0
opt.zero_grad()
for it in range(64):
    seq = sample(8)
    logits = model(seq[:, :-1])
    loss = F.cross_entropy(logits.reshape(-1, VOCAB), seq[:, 1:].reshape(-1))
    loss.backward()  # expect: accumulation-loss-not-scaled
    micro += 1
    if micro == MICRO_BATCHES:
        opt.step()  # expect: accumulation-loss-not-scaled
        opt.zero_grad()
        micro = 0
        print(it, f"ppl {math.exp(loss.item()):.2f}")
