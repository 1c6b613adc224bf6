"""An ALBERT-like encoder: one block used four times, under gradient checkpointing, with tied embeddings."""
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

torch.manual_seed(92)
MASK, VOCAB = 0, 25


class Block(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.att = nn.MultiheadAttention(d, h, batch_first=True)
        self.ff = nn.Sequential(nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d))

    def forward(self, x):
        n = self.n1(x)
        x = x + self.att(n, n, n, need_weights=False)[0]
        return x + self.ff(self.n2(x))


class Albert(nn.Module):
    def __init__(self, d=24, depth=4):
        super().__init__()
        self.tok, self.pos = nn.Embedding(VOCAB, d), nn.Parameter(0.02 * torch.randn(1, 12, d))
        self.block, self.depth = Block(d, 2), depth
        self.bias = nn.Parameter(torch.zeros(VOCAB))

    def forward(self, ids):
        x = self.tok(ids) + self.pos
        for _ in range(self.depth):
            x = checkpoint(self.block, x, use_reentrant=False)
        return x @ self.tok.weight.T + self.bias


def corrupt(ids):
    hide = torch.rand(ids.shape) < 0.3
    return ids.masked_fill(hide, MASK), ids.masked_fill(~hide, -100)


net = Albert()
decay = [p for p in net.parameters() if p.ndim > 1]
rest = [p for p in net.parameters() if p.ndim <= 1]
opt = torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0.0}], lr=3e-3)
for step in range(12):
    start = torch.randint(1, VOCAB, (16, 1))
    ids = (start + torch.arange(12)) % (VOCAB - 1) + 1
    inputs, labels = corrupt(ids)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = net(inputs)
        loss = nn.functional.cross_entropy(logits.float().flatten(0, 1), labels.flatten())
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
