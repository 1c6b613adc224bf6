# a character RNN with carried state, truncated back-propagation and sampling
import math
import random

import torch
from torch import nn

random.seed(0)
torch.manual_seed(0)
text = "".join(random.choice(["the cat sat. ", "a dog ran. ", "the sun set. ", "a bird sang. "]) for _ in range(220))
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
data = torch.tensor([stoi[c] for c in text])
n = int(0.85 * len(data))
train_data, val_data = data[:n], data[n:]


def batchify(d, bsz):
    steps = len(d) // bsz
    return d[:steps * bsz].view(bsz, steps).t().contiguous()


class CharRNN(nn.Module):
    def __init__(self, vocab, dim=32):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim)
        self.drop = nn.Dropout(0.1)
        self.rnn = nn.LSTM(dim, dim)
        self.fc = nn.Linear(dim, vocab)

    def forward(self, x, state=None):
        y, state = self.rnn(self.drop(self.emb(x)), state)
        return self.fc(self.drop(y)), state


def detach(state):
    return tuple(s.detach() for s in state)


def evaluate(model, source, bptt):
    model.eval()
    state, total, count = None, 0.0, 0
    with torch.no_grad():
        for i in range(0, len(source) - 1, bptt):
            x, y = source[i:i + bptt], source[i + 1:i + 1 + bptt]
            out, state = model(x[:len(y)], state)
            total += nn.functional.cross_entropy(out.flatten(0, 1), y.flatten()).item() * y.numel()
            count += y.numel()
    return total / count


def sample(model, start, length):
    model.eval()
    out, x, state = start, torch.tensor([[stoi[c]] for c in start]), None
    with torch.no_grad():
        for _ in range(length):
            logits, state = model(x, state)
            k = torch.multinomial(logits[-1, 0].softmax(0), 1).item()
            out += chars[k]
            x = torch.tensor([[k]])
    return out


train_src, val_src = batchify(train_data, 16), batchify(val_data, 4)
model, bptt = CharRNN(len(chars)), 20
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(3):
    model.train()
    state = None
    for i in range(0, len(train_src) - 1, bptt):
        x, y = train_src[i:i + bptt], train_src[i + 1:i + 1 + bptt]
        if state is not None:
            state = detach(state)
        opt.zero_grad()
        out, state = model(x[:len(y)], state)
        loss = nn.functional.cross_entropy(out.flatten(0, 1), y.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        opt.step()
    print('epoch %d val ppl %.2f %r' % (epoch, math.exp(evaluate(model, val_src, bptt)), sample(model, 'the ', 20)))
