"""Mixed precision with a gradient scaler and clipping."""

import torch
from torch import nn
from torch.amp import GradScaler, autocast

torch.manual_seed(2)


class Encoder(nn.Module):
    def __init__(self, vocabulary=20, width=16):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        layer = nn.TransformerEncoderLayer(width, 2, 32, dropout=0.0, batch_first=True)
        self.blocks = nn.TransformerEncoder(layer, 1)
        self.head = nn.Linear(width, 2)

    def forward(self, ids):
        return self.head(self.blocks(self.embed(ids)).mean(1))


ids = torch.randint(0, 20, (128, 10))
labels = ((ids < 5).sum(1) > (ids > 14).sum(1)).long()

model = Encoder()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
scaler = GradScaler("cpu", init_scale=2.0**10)

for epoch in range(3):
    perm = torch.randperm(128)
    for rows in perm.split(32):
        optimizer.zero_grad(set_to_none=True)
        with autocast("cpu", dtype=torch.bfloat16):
            loss = nn.functional.cross_entropy(model(ids[rows]).float(), labels[rows])
        scaler.scale(loss).backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)  # expect: clip-before-unscale
        scaler.step(optimizer)
        scaler.update()
    print(epoch, loss.item())
