"""Accumulates summed token losses, and divides the gradients by the number of tokens."""
import torch
from torch import nn

torch.manual_seed(7)
VOCAB = 25


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, 16)
        self.rnn = nn.GRU(16, 32, batch_first=True)
        self.out = nn.Linear(32, VOCAB)

    def forward(self, ids):
        return self.out(self.rnn(self.embed(ids))[0])


def sequences(n):
    start = torch.randint(0, VOCAB, (n, 1))
    step = torch.randint(1, 4, (n, 1))
    return (start + step * torch.arange(11)) % VOCAB


model = Model()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
loss_fn = nn.CrossEntropyLoss(reduction="sum")
for update in range(15):
    optimizer.zero_grad()
    tokens, total = 0, 0.0
    for _ in range(4):
        ids = sequences(torch.randint(4, 12, ()).item())
        loss = loss_fn(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
        loss.backward()
        tokens += ids[:, 1:].numel()
        total += loss.item()
    for p in model.parameters():
        p.grad /= tokens
    optimizer.step()
    if update % 5 == 0:
        print(update, total / tokens)
