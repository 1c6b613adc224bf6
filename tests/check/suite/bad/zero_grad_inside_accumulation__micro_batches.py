import torch
from torch import nn

torch.manual_seed(21)
VOCAB, CTX, MICRO, ACCUM = 30, 12, 8, 4


class TinyLM(nn.Module):
    def __init__(self, dim=32):
        super().__init__()
        self.tok = nn.Embedding(VOCAB, dim)
        self.pos = nn.Parameter(torch.zeros(CTX, dim))
        self.block = nn.TransformerEncoderLayer(dim, 4, 64, dropout=0.0, batch_first=True)
        self.out = nn.Linear(dim, VOCAB)

    def forward(self, ids):
        mask = nn.Transformer.generate_square_subsequent_mask(ids.shape[1])
        return self.out(self.block(self.tok(ids) + self.pos, src_mask=mask, is_causal=True))


def micro_batches(text, count):
    for _ in range(count):
        starts = torch.randint(0, len(text) - CTX - 1, (MICRO,))
        chunk = torch.stack([text[s : s + CTX + 1] for s in starts])
        yield chunk[:, :-1], chunk[:, 1:]


chain = torch.softmax(3 * torch.randn(VOCAB, VOCAB), dim=1)
text = [0]
for _ in range(1500):
    text.append(torch.multinomial(chain[text[-1]], 1).item())
text = torch.tensor(text)

model = TinyLM()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
loss_fn = nn.CrossEntropyLoss()

for update in range(15):
    total = 0.0
    for ids, target in micro_batches(text, ACCUM):
        optimizer.zero_grad(set_to_none=True)  # expect: zero-grad-inside-accumulation
        logits = model(ids)
        loss = loss_fn(logits.reshape(-1, VOCAB), target.reshape(-1)) / ACCUM
        loss.backward()
        total += loss.item()
    optimizer.step()
    if update % 5 == 0:
        print(f"update {update:3d}  loss {total:.3f}")
