"""A character language model with accumulation over micro batches."""

import torch
from torch import nn

torch.manual_seed(5)
TEXT = "the quick brown fox jumps over the lazy dog while the cat sleeps near the warm fire " * 20
CHARS = sorted(set(TEXT))
CODES = torch.tensor([CHARS.index(c) for c in TEXT])
CONTEXT, MICRO, EVERY = 12, 16, 4


class CharModel(nn.Module):
    def __init__(self, vocabulary, width=24):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.lstm = nn.LSTM(width, width, batch_first=True)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, ids):
        out, _ = self.lstm(self.embed(ids))
        return self.head(out)


def sample():
    starts = torch.randint(0, len(CODES) - CONTEXT - 1, (MICRO,))
    window = CODES[starts[:, None] + torch.arange(CONTEXT + 1)]
    return window[:, :-1], window[:, 1:]


model = CharModel(len(CHARS))
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
loss_fn = nn.CrossEntropyLoss()

for update in range(12):
    optimizer.zero_grad()
    logged = 0.0
    for _ in range(EVERY):
        ids, following = sample()
        loss = loss_fn(model(ids).flatten(0, 1), following.flatten())  # expect: accumulation-loss-not-scaled
        loss.backward()  # expect: accumulation-loss-not-scaled
        logged += loss.item() / EVERY
    optimizer.step()
    if update % 4 == 0:
        print(update, round(logged, 4))
