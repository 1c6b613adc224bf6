import random

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

PAD, BOS, EOS = 0, 1, 2
random.seed(0)
torch.manual_seed(0)


def make_pairs(n):
    pairs = []
    for _ in range(n):
        length = random.randint(2, 12)
        words = [random.randint(3, 22) for _ in range(length)]
        feature = torch.zeros(20)
        for w in words:
            feature[w - 3] += 1
        pairs.append((feature, torch.tensor([BOS, *sorted(words), EOS])))
    return pairs


def collate(batch):
    feats, caps = zip(*batch)
    return torch.stack(feats), pad_sequence(caps, batch_first=True, padding_value=PAD)


class Captioner(nn.Module):
    def __init__(self, vocab=23, dim=32):
        super().__init__()
        self.init = nn.Linear(20, dim)
        self.embed = nn.Embedding(vocab, dim, padding_idx=PAD)
        self.gru = nn.GRU(dim, dim, batch_first=True)
        self.fc = nn.Linear(dim, vocab)

    def forward(self, feats, caps):
        h0 = torch.tanh(self.init(feats)).unsqueeze(0)
        out, _ = self.gru(self.embed(caps), h0)
        return self.fc(out)


loader = DataLoader(make_pairs(240), batch_size=24, shuffle=True, collate_fn=collate)
model = Captioner()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
for epoch in range(3):
    tokens = 0
    for feats, caps in loader:
        logits = model(feats, caps[:, :-1])
        loss = criterion(logits.transpose(1, 2), caps[:, 1:])  # expect: padding-included-in-loss
        optimizer.zero_grad()
        loss.backward()  # expect: padding-included-in-loss
        optimizer.step()
        tokens += caps.numel()
    print(f"epoch {epoch}: loss {loss.item():.4f}, {tokens} tokens")
