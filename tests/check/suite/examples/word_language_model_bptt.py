"""Word-level language model: batchify, repackaged hidden state, clipping, annealed SGD by hand."""

import math

import torch
from torch import nn

torch.manual_seed(126)
VOCAB, BPTT = 30, 12


def corpus(n):
    out, w = [], 0
    for _ in range(n):
        w = (w * 7 + int(torch.randint(1, 4, ()))) % VOCAB
        out.append(w)
    return torch.tensor(out)


def batchify(data, bsz):
    n = len(data) // bsz
    return data[: n * bsz].view(bsz, -1).t().contiguous()


def get_batch(source, i):
    length = min(BPTT, len(source) - 1 - i)
    return source[i : i + length], source[i + 1 : i + 1 + length].view(-1)


def repackage(h):
    return h.detach() if isinstance(h, torch.Tensor) else tuple(repackage(v) for v in h)


class RNNModel(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.drop = nn.Dropout(0.1)
        self.encoder = nn.Embedding(VOCAB, width)
        self.rnn = nn.LSTM(width, width)
        self.decoder = nn.Linear(width, VOCAB)
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)
        nn.init.uniform_(self.decoder.weight, -0.1, 0.1)
        self.width = width

    def forward(self, x, hidden):
        out, hidden = self.rnn(self.drop(self.encoder(x)), hidden)
        return self.decoder(self.drop(out)).view(-1, VOCAB), hidden

    def init_hidden(self, bsz):
        w = next(self.parameters())
        return w.new_zeros(1, bsz, self.width), w.new_zeros(1, bsz, self.width)


train_data, val_data = batchify(corpus(2000), 10), batchify(corpus(400), 5)
model, criterion = RNNModel(), nn.CrossEntropyLoss()
lr, best = 5.0, None


def evaluate(source):
    model.eval()
    total, hidden = 0.0, model.init_hidden(5)
    with torch.no_grad():
        for i in range(0, len(source) - 1, BPTT):
            data, targets = get_batch(source, i)
            output, hidden = model(data, hidden)
            hidden = repackage(hidden)
            total += len(data) * criterion(output, targets).item()
    return total / (len(source) - 1)


for epoch in range(3):
    model.train()
    hidden = model.init_hidden(10)
    for i in range(0, len(train_data) - 1, BPTT):
        data, targets = get_batch(train_data, i)
        model.zero_grad()
        hidden = repackage(hidden)
        output, hidden = model(data, hidden)
        loss = criterion(output, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        for p in model.parameters():
            p.data.add_(p.grad, alpha=-lr)
    val = evaluate(val_data)
    print(epoch, round(val, 3), round(math.exp(val), 2))
    if best is None or val < best:
        best = val
    else:
        lr /= 4.0
