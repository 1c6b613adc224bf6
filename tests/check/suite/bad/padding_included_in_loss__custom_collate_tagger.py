"""A sequence tagger with a custom collate function that pads."""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

PAD = 0


class Sentences(Dataset):
    """Words 1..29; tag 1 for rare words, 2 for frequent, 3 after a frequent one."""

    def __init__(self, n):
        g = torch.Generator().manual_seed(3)
        self.items = []
        for _ in range(n):
            length = int(torch.randint(3, 16, (1,), generator=g))
            words = torch.randint(1, 30, (length,), generator=g)
            tags = torch.where(words < 10, 2, 1)
            tags[1:][words[:-1] < 10] = 3
            self.items.append((words, tags))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


def collate(items):
    words, tags = zip(*items)
    return (
        pad_sequence(list(words), batch_first=True, padding_value=PAD),
        pad_sequence(list(tags), batch_first=True, padding_value=PAD),  # expect: padding-included-in-loss
    )


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(30, 16, padding_idx=PAD)
        self.rnn = nn.LSTM(16, 16, batch_first=True, bidirectional=True)
        self.out = nn.Linear(32, 4)

    def forward(self, words):
        return self.out(self.rnn(self.embed(words))[0])


torch.manual_seed(3)
loader = DataLoader(Sentences(200), batch_size=25, shuffle=True, collate_fn=collate)
model = Tagger()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss()  # expect: padding-included-in-loss
for epoch in range(3):
    for words, tags in loader:
        optimizer.zero_grad()
        logits = model(words)
        loss = criterion(logits.reshape(-1, 4), tags.reshape(-1))  # expect: padding-included-in-loss
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
