"""Part-of-speech tagging with sentences of unequal length."""
import random

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

random.seed(0)
torch.manual_seed(0)
PAD, TAGS = 0, 6


def sentence():
    n = random.choice([3, 4, 5, 18])
    words = torch.tensor([random.randrange(1, 60) for _ in range(n)])
    return words, words % (TAGS - 1) + 1


def collate(pairs):
    words, tags = zip(*pairs)
    return {
        "words": pad_sequence(words, batch_first=True, padding_value=PAD),
        "tags": pad_sequence(tags, batch_first=True, padding_value=PAD),
        "lengths": torch.tensor([len(w) for w in words]),
    }


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(60, 16, padding_idx=PAD)
        self.lstm = nn.LSTM(16, 16, bidirectional=True, batch_first=True)
        self.proj = nn.Linear(32, TAGS)

    def forward(self, batch):
        h, _ = self.lstm(self.emb(batch["words"]))
        return self.proj(h)


loader = DataLoader([sentence() for _ in range(160)], batch_size=16, shuffle=True, collate_fn=collate)
model = Tagger()
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
ce = nn.CrossEntropyLoss()
for epoch in range(3):
    for batch in loader:
        scores = model(batch)
        loss = ce(scores.transpose(1, 2), batch["tags"])  # expect: padding-included-in-loss
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
