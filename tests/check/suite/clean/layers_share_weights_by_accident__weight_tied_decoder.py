"""A language model with tied embeddings and a block that is applied three times (ALBERT)."""

import torch
from torch import nn

torch.manual_seed(109)


class Tied(nn.Module):
    def __init__(self, vocabulary=20, width=16, depth=3):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.block = nn.TransformerEncoderLayer(width, 2, 32, dropout=0.0, batch_first=True)
        self.depth = depth
        self.out = nn.Linear(width, vocabulary, bias=False)
        self.out.weight = self.embed.weight

    def forward(self, ids):
        mask = nn.Transformer.generate_square_subsequent_mask(ids.shape[1])
        h = self.embed(ids)
        for _ in range(self.depth):
            h = self.block(h, src_mask=mask, is_causal=True)
        return self.out(h)


model = Tied()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
for step in range(25):
    start = torch.randint(0, 20, (16, 1))
    ids = (start + 3 * torch.arange(9)) % 20
    logits = model(ids[:, :-1])
    loss = nn.functional.cross_entropy(logits.reshape(-1, 20), ids[:, 1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 8 == 0:
        print(step, loss.item())
