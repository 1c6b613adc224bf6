import math
from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class Schedule:
    peak: float = 3e-3
    warmup: int = 12
    stable: int = 30
    total: int = 70
    floor: float = 0.0

    def __call__(self, it):
        if it < self.warmup:
            return self.peak * it / self.warmup
        if it < self.stable:
            return self.peak
        done = (it - self.stable) / (self.total - self.stable)
        return self.floor + 0.5 * (self.peak - self.floor) * (1 + math.cos(math.pi * min(1, done)))


class GPT(nn.Module):
    def __init__(self, vocab, dim, length):
        super().__init__()
        self.tok, self.pos = nn.Embedding(vocab, dim), nn.Embedding(length, dim)
        self.qkv, self.proj = nn.Linear(dim, 3 * dim, bias=False), nn.Linear(dim, dim, bias=False)
        self.ln1, self.ln2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))
        self.head = nn.Linear(dim, vocab, bias=False)
        self.tok.weight = self.head.weight
        self.apply(self._init)

    def _init(self, m):
        if isinstance(m, (nn.Linear, nn.Embedding)):
            nn.init.normal_(m.weight, std=0.02)
            if getattr(m, "bias", None) is not None:
                nn.init.zeros_(m.bias)

    def forward(self, idx, targets=None):
        x = self.tok(idx) + self.pos(torch.arange(idx.size(1)))
        q, k, v = self.qkv(self.ln1(x)).chunk(3, -1)
        x = x + self.proj(nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True))
        x = x + self.mlp(self.ln2(x))
        logits = self.head(x)
        if targets is None:
            return logits[:, [-1]], None
        return logits, nn.functional.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1))

    def optimizer(self, lr):
        decay = [p for p in self.parameters() if p.dim() >= 2]
        rest = [p for p in self.parameters() if p.dim() < 2]
        groups = [{"params": decay, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}]
        return torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.95))


torch.manual_seed(1337)
text = "the cat sat on the mat and the dog sat on the log. " * 30
chars = sorted(set(text))
data = torch.tensor([chars.index(c) for c in text])


def get_batch(n=16, length=16):
    ix = torch.randint(len(data) - length - 1, (n,))
    return torch.stack([data[i : i + length] for i in ix]), torch.stack([data[i + 1 : i + 1 + length] for i in ix])


@torch.no_grad()
def generate(model, idx, n):
    model.eval()
    for _ in range(n):
        probs = model(idx[:, -16:])[0][:, -1].softmax(-1)
        idx = torch.cat([idx, torch.multinomial(probs, 1)], 1)
    model.train()
    return "".join(chars[i] for i in idx[0])


schedule = Schedule()
model = GPT(len(chars), 32, 16)
opt = model.optimizer(schedule.peak)
for it in range(schedule.total):
    for group in opt.param_groups:
        group["lr"] = schedule(it)
    xb, yb = get_batch()
    _, loss = model(xb, yb)
    opt.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
    if it % 20 == 0:
        print(it, loss.item(), repr(generate(model, data[None, :4], 8)))
