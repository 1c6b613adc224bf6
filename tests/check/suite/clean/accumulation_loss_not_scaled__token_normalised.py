import random
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader


@dataclass
class Args:
    accumulation: int = 4
    max_steps: int = 25
    lr: float = 3e-3
    warmup: int = 4


class LM(nn.Module):
    def __init__(self, vocab=24, dim=24):
        super().__init__()
        self.wte = nn.Embedding(vocab, dim, padding_idx=0)
        self.rnn = nn.GRU(dim, dim, batch_first=True)
        self.ln = nn.LayerNorm(dim)
        self.lm_head = nn.Linear(dim, vocab, bias=False)
        self.lm_head.weight = self.wte.weight

    def forward(self, ids, labels):
        h, _ = self.rnn(self.wte(ids))
        logits = self.lm_head(self.ln(h))
        return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100, reduction="sum")


def collate(items):
    ids = pad_sequence([i[:-1] for i in items], batch_first=True)
    labels = pad_sequence([i[1:] for i in items], batch_first=True, padding_value=-100)
    return ids, labels


def documents(n):
    out = []
    for _ in range(n):
        start, step = random.randint(1, 23), random.randint(1, 5)
        out.append(torch.tensor([(start + step * k) % 23 + 1 for k in range(random.randint(4, 14))]))
    return out


def infinite(loader):
    while True:
        yield from loader


random.seed(1)
torch.manual_seed(1)
args = Args()
loader = DataLoader(documents(200), batch_size=10, shuffle=True, collate_fn=collate)
model = LM()
optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, betas=(0.9, 0.95))
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1, (s + 1) / args.warmup))
stream = infinite(loader)
for step in range(args.max_steps):
    micro = [next(stream) for _ in range(args.accumulation)]
    tokens = sum((labels != -100).sum() for _, labels in micro)
    total = 0.0
    for ids, labels in micro:
        loss = model(ids, labels) / tokens
        loss.backward()
        total += loss.item()
    norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    optimizer.zero_grad(set_to_none=True)
    if step % 5 == 0:
        print(step, round(total, 4), float(norm))
