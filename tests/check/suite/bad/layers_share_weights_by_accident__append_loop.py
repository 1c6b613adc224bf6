from dataclasses import dataclass
import torch
from torch import nn, Tensor


@dataclass
class EncoderConfig:
    vocab: int = 20
    dim: int = 16
    heads: int = 2
    layers: int = 3


class EncoderLayer(nn.Module):
    def __init__(self, c: EncoderConfig) -> None:
        super().__init__()
        self.att = nn.MultiheadAttention(c.dim, c.heads, batch_first=True)
        self.ff = nn.Sequential(nn.Linear(c.dim, 2 * c.dim), nn.GELU(), nn.Linear(2 * c.dim, c.dim))
        self.n1, self.n2 = nn.LayerNorm(c.dim), nn.LayerNorm(c.dim)

    def forward(self, x: Tensor) -> Tensor:
        h = self.n1(x)
        x = x + self.att(h, h, h, need_weights=False)[0]
        return x + self.ff(self.n2(x))


class Encoder(nn.Module):
    def __init__(self, c: EncoderConfig) -> None:
        super().__init__()
        self.emb = nn.Embedding(c.vocab, c.dim)
        block = EncoderLayer(c)
        self.blocks = nn.ModuleList()
        for _ in range(c.layers):
            self.blocks.append(block)  # expect: layers-share-weights-by-accident
        self.cls = nn.Linear(c.dim, 2)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.emb(ids)
        for block in self.blocks:
            x = block(x)
        return self.cls(x.mean(1))


torch.manual_seed(2)
ids = torch.randint(0, 20, (192, 6))
y = ((ids % 2).sum(1) > 3).long()
model = Encoder(EncoderConfig())
optim = torch.optim.AdamW(model.parameters(), lr=3e-3)
for epoch in range(3):
    for b in torch.randperm(192).split(32):
        loss = nn.functional.cross_entropy(model(ids[b]), y[b])
        optim.zero_grad()
        loss.backward()
        optim.step()
    print(epoch, loss.item())
