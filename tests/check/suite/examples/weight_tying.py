# word-level model with tied embeddings and a learning rate that is divided when validation stalls
import math
import torch
import torch.nn as nn

torch.manual_seed(1111)
grammar = {0: [1, 2], 1: [3, 4], 2: [3, 5], 3: [6, 7], 4: [6, 8], 5: [7, 8], 6: [9, 0], 7: [9, 0], 8: [9, 0], 9: [0, 0]}
words = [0]
for r in torch.randint(0, 2, (2600,)).tolist():
    words.append(grammar[words[-1]][r])
ids = torch.tensor(words)


def batchify(data, bsz):
    nbatch = data.size(0) // bsz
    return data.narrow(0, 0, nbatch * bsz).view(bsz, -1).t().contiguous()


class RNNModel(nn.Module):
    def __init__(self, ntoken, ninp, dropout=0.1, tie_weights=True):
        super(RNNModel, self).__init__()
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(ntoken, ninp)
        self.rnn = nn.GRU(ninp, ninp)
        self.decoder = nn.Linear(ninp, ntoken)
        nn.init.uniform_(self.encoder.weight, -0.3, 0.3)
        nn.init.zeros_(self.decoder.bias)
        if tie_weights:
            self.decoder.weight = self.encoder.weight

    def forward(self, input, hidden):
        output, hidden = self.rnn(self.drop(self.encoder(input)), hidden)
        return self.decoder(self.drop(output)), hidden


def get_batch(source, i, bptt=20):
    seq_len = min(bptt, len(source) - 1 - i)
    return source[i:i + seq_len], source[i + 1:i + 1 + seq_len].reshape(-1)


train_data, val_data = batchify(ids[:2000], 10), batchify(ids[2000:], 5)
model = RNNModel(10, 24)
criterion = nn.CrossEntropyLoss()


def evaluate(source):
    model.eval()
    total_loss, hidden = 0., torch.zeros(1, source.size(1), 24)
    with torch.no_grad():
        for i in range(0, source.size(0) - 1, 20):
            data, targets = get_batch(source, i)
            output, hidden = model(data, hidden)
            total_loss += len(data) * criterion(output.flatten(0, 1), targets).item()
    return total_loss / (len(source) - 1)


lr, best_val_loss = 4.0, None
for epoch in range(1, 5):
    model.train()
    hidden = torch.zeros(1, 10, 24)
    for i in range(0, train_data.size(0) - 1, 20):
        data, targets = get_batch(train_data, i)
        model.zero_grad()
        hidden = hidden.detach()
        output, hidden = model(data, hidden)
        loss = criterion(output.flatten(0, 1), targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        with torch.no_grad():
            for p in model.parameters():
                p.add_(p.grad, alpha=-lr)
    val_loss = evaluate(val_data)
    print('| end of epoch {:3d} | valid loss {:5.2f} | valid ppl {:8.2f}'.format(epoch, val_loss, math.exp(val_loss)))
    if not best_val_loss or val_loss < best_val_loss:
        best_val_loss = val_loss
    else:
        lr /= 4.0
