import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Sentences(Dataset):
    PAD_WORD, PAD_TAG = 0, 0

    def __init__(self, n):
        self.items = []
        for _ in range(n):
            length = int(torch.randint(3, 15, (1,)))
            words = torch.randint(1, 40, (length,))
            self.items.append((words, 1 + words % 4))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]

    @classmethod
    def collate(cls, batch):
        width = 16
        words = torch.full((len(batch), width), cls.PAD_WORD)
        tags = torch.full((len(batch), width), cls.PAD_TAG)
        for r, (w, t) in enumerate(batch):
            words[r, :len(w)] = w
            tags[r, :len(t)] = t
        return words, tags


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(40, 16, padding_idx=0)
        self.lstm = nn.LSTM(16, 16, batch_first=True)
        self.classifier = nn.Linear(16, 5)

    def forward(self, words):
        return self.classifier(self.lstm(self.embedding(words))[0])


torch.manual_seed(4)
loader = DataLoader(Sentences(200), batch_size=20, shuffle=True, collate_fn=Sentences.collate)
tagger = Tagger()
opt = torch.optim.Adam(tagger.parameters(), lr=1e-2)
for epoch in range(3):
    for words, tags in loader:
        logits = tagger(words)
        loss = F.cross_entropy(logits.transpose(1, 2), tags)  # expect: padding-included-in-loss
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
