"""Part-of-speech tagging with a BiLSTM over padded sentences."""
import random

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

PAD = 0
random.seed(6)
torch.manual_seed(6)
N_WORDS, N_TAGS = 60, 5


def sentence():
    n = random.randint(3, 14)
    words = [random.randint(1, N_WORDS - 1) for _ in range(n)]
    tags = [1 + (w + (words[i - 1] if i else 0)) % (N_TAGS - 1) for i, w in enumerate(words)]
    return torch.tensor(words), torch.tensor(tags)


def collate(batch):
    words, tags = zip(*batch)
    return pad_sequence(words, batch_first=True, padding_value=PAD), pad_sequence(
        tags, batch_first=True, padding_value=PAD
    )


class BiTagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(N_WORDS, 16, padding_idx=PAD)
        self.lstm = nn.LSTM(16, 16, batch_first=True, bidirectional=True)
        self.out = nn.Linear(32, N_TAGS)

    def forward(self, words):
        return self.out(self.lstm(self.embed(words))[0])


sentences = [sentence() for _ in range(300)]
loader = DataLoader(sentences, batch_size=25, shuffle=True, collate_fn=collate)
model = BiTagger()
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)

for epoch in range(3):
    right = total = 0
    for words, tags in loader:
        logits = model(words)
        loss = loss_fn(logits.view(-1, N_TAGS), tags.view(-1))  # expect: padding-included-in-loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        right += (logits.argmax(-1) == tags).sum().item()
        total += tags.numel()
    print(epoch, right / total)
