import argparse
import torch
from torch import nn

ap = argparse.ArgumentParser()
ap.add_argument('--d_model', type=int, default=16)
ap.add_argument('--steps', type=int, default=24)
ap.add_argument('--lr', type=float, default=3e-3)
cfg = ap.parse_args()
torch.manual_seed(9)

names = ['ada', 'bo', 'cy', 'dan', 'eva', 'flo', 'gus', 'hal', 'ian', 'jo', 'kim', 'maximilian', 'leo', 'mia', 'ned']
itos = ['<pad>', '<s>', '</s>'] + sorted(set(''.join(names)))
stoi = {s: i for i, s in enumerate(itos)}
L = max(map(len, names)) + 2
table = torch.zeros(len(names), L, dtype=torch.long)
for r, name in enumerate(names):
    ids = [1] + [stoi[c] for c in name] + [2]
    table[r, :len(ids)] = torch.tensor(ids)


class CharTransformer(nn.Module):
    def __init__(self, vocab, d):
        super().__init__()
        self.tok = nn.Embedding(vocab, d, padding_idx=0)
        self.pos = nn.Embedding(L, d)
        layer = nn.TransformerEncoderLayer(d, 2, 2 * d, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 1)
        self.proj = nn.Linear(d, vocab)

    def forward(self, x):
        t = x.size(1)
        mask = nn.Transformer.generate_square_subsequent_mask(t)
        return self.proj(self.encoder(self.tok(x) + self.pos(torch.arange(t)), mask=mask))


model = CharTransformer(len(itos), cfg.d_model)
optim = torch.optim.AdamW(model.parameters(), lr=cfg.lr)
loss_fn = nn.CrossEntropyLoss()  # expect: padding-included-in-loss
for step in range(cfg.steps):
    rows = table[torch.randint(0, len(names), (12,))]
    logits = model(rows[:, :-1])
    loss = loss_fn(logits.flatten(0, 1), rows[:, 1:].flatten())  # expect: padding-included-in-loss
    optim.zero_grad()
    loss.backward()
    optim.step()
    if step % 6 == 0:
        print(step, loss.item())
