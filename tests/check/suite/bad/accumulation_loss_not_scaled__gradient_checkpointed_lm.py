import torch
from torch import nn

torch.manual_seed(4)


class LM(nn.Module):
    def __init__(self, vocab=30, d=24):
        super().__init__()
        self.embed = nn.Embedding(vocab, d)
        self.layer = nn.TransformerEncoderLayer(d, 2, 48, dropout=0.0, batch_first=True)
        self.out = nn.Linear(d, vocab)

    def forward(self, ids, targets=None):
        mask = nn.Transformer.generate_square_subsequent_mask(ids.size(1))
        logits = self.out(self.layer(self.embed(ids), src_mask=mask, is_causal=True))
        if targets is None:
            return logits, None
        return logits, nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


text = (torch.arange(1200) * 7 + torch.randint(0, 2, (1200,))) % 30


def get_batch(n=8, length=10):
    starts = torch.randint(0, len(text) - length - 1, (n,))
    return torch.stack([text[s : s + length] for s in starts]), torch.stack([text[s + 1 : s + length + 1] for s in starts])


model = LM()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
for it in range(12):
    for micro_step in range(5):
        x, y = get_batch()
        _, loss = model(x, y)
        loss.backward()  # expect: accumulation-loss-not-scaled
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()  # expect: accumulation-loss-not-scaled
    optimizer.zero_grad(set_to_none=True)
print(loss.item())
