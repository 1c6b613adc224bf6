# word language model, truncated back-propagation
import math
import torch
import torch.nn as nn

torch.manual_seed(1111)
bptt, lr, clip = 6, 0.5, 0.25
corpus = torch.arange(1200) % 7
corpus[torch.rand(1200) < 0.1] = 3
source = corpus.view(8, -1).t().contiguous()


class RNNModel(nn.Module):
    def __init__(self, ntoken, ninp, nhid):
        super(RNNModel, self).__init__()
        self.encoder = nn.Embedding(ntoken, ninp)
        self.rnn = nn.RNN(ninp, nhid)
        self.decoder = nn.Linear(nhid, ntoken)

    def forward(self, input, hidden):
        output, hidden = self.rnn(self.encoder(input), hidden)
        return self.decoder(output), hidden


model = RNNModel(7, 10, 16)
criterion = nn.CrossEntropyLoss()
hidden = torch.zeros(1, 8, 16)
total_loss = 0.
for batch, i in enumerate(range(0, 120, bptt)):
    data, targets = source[i:i + bptt], source[i + 1:i + 1 + bptt].reshape(-1)
    model.zero_grad()
    output, hidden = model(data, hidden)  # expect: hidden-state-not-detached
    loss = criterion(output.view(-1, 7), targets)
    loss.backward(retain_graph=True)  # expect: hidden-state-not-detached
    torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
    for p in model.parameters():
        p.data.add_(p.grad, alpha=-lr)
    total_loss += loss.item()
    if batch % 5 == 4:
        print('| batch {:3d} | loss {:5.2f} | ppl {:8.2f}'.format(batch + 1, total_loss / 5, math.exp(total_loss / 5)))
        total_loss = 0.
