"""Truncated backpropagation with the state repackaged, as in the word language model example."""
import math

import torch
from torch import nn


def repackage(h):
    if isinstance(h, torch.Tensor):
        return h.detach()
    return tuple(repackage(v) for v in h)


def batchify(ids, bsz):
    n = len(ids) // bsz
    return ids[: n * bsz].view(bsz, -1).t().contiguous()


class LM(nn.Module):
    def __init__(self, vocab, d, layers):
        super().__init__()
        self.drop = nn.Dropout(0.1)
        self.encoder = nn.Embedding(vocab, d)
        self.rnn = nn.LSTM(d, d, layers, dropout=0.1)
        self.decoder = nn.Linear(d, vocab)
        self.decoder.weight = self.encoder.weight
        self.shape = layers, d

    def forward(self, x, hidden):
        out, hidden = self.rnn(self.drop(self.encoder(x)), hidden)
        return self.decoder(self.drop(out)).flatten(0, 1), hidden

    def init_hidden(self, bsz):
        layers, d = self.shape
        return torch.zeros(layers, bsz, d), torch.zeros(layers, bsz, d)


torch.manual_seed(84)
corpus = (torch.arange(1400) * 7 + torch.randint(0, 2, (1400,))) % 23
train, val = batchify(corpus[:1100], 8), batchify(corpus[1100:], 8)
model = LM(23, 24, 2)
lr, bptt, best = 2.0, 12, None
for epoch in range(3):
    model.train()
    hidden = model.init_hidden(8)
    for i in range(0, len(train) - 1, bptt):
        n = min(bptt, len(train) - 1 - i)
        hidden = repackage(hidden)
        model.zero_grad()
        out, hidden = model(train[i : i + n], hidden)
        loss = nn.functional.cross_entropy(out, train[i + 1 : i + 1 + n].flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        for p in model.parameters():
            p.data.add_(p.grad, alpha=-lr)
    model.eval()
    total, hidden = 0.0, model.init_hidden(8)
    with torch.no_grad():
        for i in range(0, len(val) - 1, bptt):
            n = min(bptt, len(val) - 1 - i)
            out, hidden = model(val[i : i + n], hidden)
            total += n * nn.functional.cross_entropy(out, val[i + 1 : i + 1 + n].flatten()).item()
    score = total / (len(val) - 1)
    print(f"{epoch} loss {score:.3f} ppl {math.exp(score):.2f}")
    if best is None or score < best:
        best = score
    else:
        lr /= 4
