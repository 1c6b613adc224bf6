import torch
from torch import nn
from torch.nn import functional as F


class LM(nn.Module):
    def __init__(self, vocab, d=24, p=0.2):
        super().__init__()
        self.emb = nn.Embedding(vocab, d)
        self.drop = nn.Dropout(p)
        self.rnn = nn.GRU(d, d, batch_first=True)
        self.out = nn.Linear(d, vocab)

    def forward(self, x):
        return self.out(self.drop(self.rnn(self.drop(self.emb(x)))[0]))

    @torch.no_grad()
    def generate(self, start, n):
        self.eval()  # expect: train-mode-not-restored
        ids = [start]
        for _ in range(n):
            logits = self(torch.tensor([ids]))[0, -1]
            ids.append(int(logits.argmax()))
        return ids


torch.manual_seed(1337)
song = torch.tensor([0, 2, 4, 5, 7, 5, 4, 2] * 60)
model = LM(8)
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
for it in range(30):
    pos = torch.randint(0, len(song) - 13, (12,))
    block = torch.stack([song[p:p + 13] for p in pos])
    loss = F.cross_entropy(model(block[:, :-1]).flatten(0, 1), block[:, 1:].flatten())  # expect: train-mode-not-restored
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if it % 10 == 5:
        print(it, loss.item(), model.generate(0, 8))
