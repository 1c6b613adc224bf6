"""Accumulation with summed losses; the gradients are divided by the token count at the step."""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence


class Reader(nn.Module):
    def __init__(self, vocabulary=18, width=16):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width, padding_idx=0)
        self.rnn = nn.GRU(width, width, batch_first=True)
        self.out = nn.Linear(width, vocabulary)

    def forward(self, ids):
        return self.out(self.rnn(self.embed(ids))[0])


def sentences(n):
    for _ in range(n):
        start = int(torch.randint(1, 18, ()))
        length = int(torch.randint(4, 12, ()))
        yield (torch.arange(length) * 2 + start - 1) % 17 + 1


def micro_batches(size):
    while True:
        yield pad_sequence(list(sentences(size)), batch_first=True)


torch.manual_seed(72)
model = Reader()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss(ignore_index=0, reduction="sum")
source = micro_batches(8)
for update in range(15):
    optimizer.zero_grad()
    tokens, total = 0, 0.0
    for _ in range(3):
        ids = next(source)
        loss = criterion(model(ids[:, :-1]).transpose(1, 2), ids[:, 1:])
        loss.backward()
        tokens += int((ids[:, 1:] != 0).sum())
        total += loss.item()
    for p in model.parameters():
        if p.grad is not None:
            p.grad.div_(tokens)
    optimizer.step()
    if update % 5 == 0:
        print(update, total / tokens)
