import torch
from torch import nn
from torch.nn import functional as F


class MemoryBlock(nn.Module):
    def __init__(self, dim=24, heads=2):
        super().__init__()
        self.attn = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.ff = nn.Sequential(nn.Linear(dim, 48), nn.ReLU(), nn.Linear(48, dim))
        self.n1, self.n2 = nn.LayerNorm(dim), nn.LayerNorm(dim)

    def forward(self, x, memory):
        context = x if memory is None else torch.cat([memory, x], 1)
        offset = context.size(1) - x.size(1)
        mask = torch.ones(x.size(1), context.size(1), dtype=torch.bool).triu(1 + offset)
        a, _ = self.attn(self.n1(x), self.n1(context), self.n1(context), attn_mask=mask, need_weights=False)
        x = x + a
        return x + self.ff(self.n2(x))


class XL(nn.Module):
    def __init__(self, vocab=12, dim=24, depth=2, keep=8):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.blocks = nn.ModuleList(MemoryBlock(dim) for _ in range(depth))
        self.out = nn.Linear(dim, vocab)
        self.keep = keep

    def forward(self, ids, memories=None):
        memories = memories or [None] * len(self.blocks)
        x, new = self.embed(ids), []
        for block, memory in zip(self.blocks, memories):
            joined = x if memory is None else torch.cat([memory, x], 1)
            new.append(joined[:, -self.keep :].detach())
            x = block(x, memory)
        return self.out(x), new


def stream(batch, length):
    ids = torch.empty(batch, length, dtype=torch.long)
    ids[:, :2] = torch.randint(0, 12, (batch, 2))
    for t in range(2, length):
        ids[:, t] = (ids[:, t - 1] + ids[:, t - 2]) % 12
    noise = torch.rand(batch, length) < 0.1
    return torch.where(noise, torch.randint(0, 12, (batch, length)), ids)


torch.manual_seed(6)
model = XL()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
ids = stream(8, 161)
for epoch in range(2):
    memories = None
    for start in range(0, 160, 8):
        x, y = ids[:, start : start + 8], ids[:, start + 1 : start + 9]
        logits, memories = model(x, memories)
        loss = F.cross_entropy(logits.reshape(-1, 12), y.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
