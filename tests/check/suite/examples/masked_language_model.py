import torch
import torch.nn as nn

MASK, VOCAB = 1, 30


def corrupt(ids, p=0.2):
    """BERT masking; labels are -100 where nothing is asked"""
    labels = ids.clone()
    chosen = torch.rand(ids.shape) < p
    labels[~chosen] = -100
    ids = ids.clone()
    to_mask = chosen & (torch.rand(ids.shape) < 0.8)
    ids[to_mask] = MASK
    to_random = chosen & ~to_mask & (torch.rand(ids.shape) < 0.5)
    ids[to_random] = torch.randint(2, VOCAB, ids.shape)[to_random]
    return ids, labels


class Bert(nn.Module):
    def __init__(self, d=24, length=10):
        super().__init__()
        self.tok, self.pos = nn.Embedding(VOCAB, d), nn.Parameter(torch.randn(length, d) * 0.02)
        self.norm = nn.LayerNorm(d)
        self.layer = nn.TransformerEncoderLayer(d, 2, 48, dropout=0.05, batch_first=True, activation="gelu")
        self.head = nn.Linear(d, VOCAB)

    def forward(self, ids):
        return self.head(self.layer(self.norm(self.tok(ids) + self.pos)))


torch.manual_seed(13)
first = torch.randint(2, VOCAB, (360, 1))
text = (first - 2 + torch.arange(10)) % (VOCAB - 2) + 2
train, valid = text[:300], text[300:]
bert = Bert()
opt = torch.optim.AdamW(bert.parameters(), lr=5e-3, weight_decay=0.01)
schedule = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min(1.0, (s + 1) / 8))
fixed_in, fixed_out = corrupt(valid)
for epoch in range(4):
    bert.train()
    for b in torch.randperm(300).split(30):
        ids, labels = corrupt(train[b])
        loss = nn.functional.cross_entropy(bert(ids).flatten(0, 1), labels.flatten())
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(bert.parameters(), 1.0)
        opt.step()
        schedule.step()
    bert.eval()
    with torch.no_grad():
        v = nn.functional.cross_entropy(bert(fixed_in).flatten(0, 1), fixed_out.flatten()).item()
    print("epoch", epoch, "validation", round(v, 4))
