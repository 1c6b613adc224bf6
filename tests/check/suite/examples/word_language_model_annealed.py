import math

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(1111)
BPTT, NINP, NHID = 12, 16, 24


class Corpus:
    def __init__(self):
        words = "the cat sat on a mat and the dog ran to the red barn while it rained".split()
        table = {w: i for i, w in enumerate(dict.fromkeys(words))}
        g = torch.Generator().manual_seed(5)
        ids = [0]
        for _ in range(1800):
            jump = torch.rand((), generator=g).item()
            ids.append((ids[-1] + (1 if jump < 0.8 else 3)) % len(table))
        self.n = len(table)
        self.train, self.valid = torch.tensor(ids[:1500]), torch.tensor(ids[1500:])


def batchify(data, bsz):
    nbatch = data.size(0) // bsz
    return data.narrow(0, 0, nbatch * bsz).view(bsz, -1).t().contiguous()


class RNNModel(nn.Module):
    def __init__(self, ntoken):
        super().__init__()
        self.ntoken = ntoken
        self.drop = nn.Dropout(0.2)
        self.encoder = nn.Embedding(ntoken, NINP)
        self.rnn = nn.LSTM(NINP, NHID, 2, dropout=0.2)
        self.decoder = nn.Linear(NHID, ntoken)
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)
        nn.init.uniform_(self.decoder.weight, -0.1, 0.1)

    def forward(self, input, hidden):
        output, hidden = self.rnn(self.drop(self.encoder(input)), hidden)
        decoded = self.decoder(self.drop(output)).view(-1, self.ntoken)
        return F.log_softmax(decoded, dim=1), hidden

    def init_hidden(self, bsz):
        weight = next(self.parameters())
        return weight.new_zeros(2, bsz, NHID), weight.new_zeros(2, bsz, NHID)


def get_batch(source, i):
    seq_len = min(BPTT, len(source) - 1 - i)
    return source[i : i + seq_len], source[i + 1 : i + 1 + seq_len].view(-1)


corpus = Corpus()
train_data, val_data = batchify(corpus.train, 10), batchify(corpus.valid, 5)
model, criterion = RNNModel(corpus.n), nn.NLLLoss()


def evaluate(source):
    model.eval()
    total_loss, hidden = 0.0, model.init_hidden(5)
    with torch.no_grad():
        for i in range(0, source.size(0) - 1, BPTT):
            data, targets = get_batch(source, i)
            output, hidden = model(data, hidden)
            total_loss += len(data) * criterion(output, targets).item()
    return total_loss / (len(source) - 1)


lr, best_val_loss = 5.0, None
for epoch in range(1, 4):
    model.train()
    hidden = model.init_hidden(10)
    for i in range(0, train_data.size(0) - 1, BPTT):
        data, targets = get_batch(train_data, i)
        model.zero_grad()
        hidden = tuple(h.detach() for h in hidden)
        output, hidden = model(data, hidden)
        loss = criterion(output, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        for p in model.parameters():
            p.data.add_(p.grad, alpha=-lr)
    val_loss = evaluate(val_data)
    print(f"epoch {epoch} loss {loss.item():.2f} valid ppl {math.exp(val_loss):.2f}")
    if not best_val_loss or val_loss < best_val_loss:
        best_val_loss = val_loss
    else:
        lr /= 4.0
