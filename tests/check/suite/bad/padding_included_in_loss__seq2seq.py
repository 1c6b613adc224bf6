import random
import torch
import torch.nn as nn
from torch.nn.utils.rnn import pad_sequence

PAD, BOS, EOS = 0, 1, 2
random.seed(0)
torch.manual_seed(0)


def example():
    n = random.choice([2, 3, 3, 4, 12])
    src = [random.randint(3, 11) for _ in range(n)]
    return torch.tensor(src + [EOS]), torch.tensor([BOS] + src[::-1] + [EOS])


class Seq2Seq(nn.Module):
    def __init__(self, vocab=12, dim=24):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim, padding_idx=PAD)
        self.enc = nn.GRU(dim, dim, batch_first=True)
        self.dec = nn.GRU(dim, dim, batch_first=True)
        self.out = nn.Linear(dim, vocab)

    def forward(self, src, tgt_in):
        _, h = self.enc(self.emb(src))
        y, _ = self.dec(self.emb(tgt_in), h)
        return self.out(y)


data = [example() for _ in range(192)]
model = Seq2Seq()
criterion = nn.CrossEntropyLoss()  # expect: padding-included-in-loss
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(3):
    random.shuffle(data)
    for k in range(0, len(data), 16):
        src = pad_sequence([s for s, _ in data[k:k + 16]], batch_first=True, padding_value=PAD)
        tgt = pad_sequence([t for _, t in data[k:k + 16]], batch_first=True, padding_value=PAD)
        logits = model(src, tgt[:, :-1])
        loss = criterion(logits.reshape(-1, 12), tgt[:, 1:].reshape(-1))  # expect: padding-included-in-loss
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    print(f"epoch {epoch + 1} loss {loss.item():.4f}")
