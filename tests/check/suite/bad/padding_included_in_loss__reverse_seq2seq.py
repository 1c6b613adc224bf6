"""Encoder-decoder that reverses digit strings of several lengths."""
import random

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

PAD, BOS, EOS = 0, 1, 2


def make(n):
    rnd = random.Random(6)
    return [[rnd.randint(3, 12) for _ in range(rnd.choice([2, 3, 3, 4, 10]))] for _ in range(n)]


def collate(batch):
    src = pad_sequence([torch.tensor(s + [EOS]) for s in batch], batch_first=True, padding_value=PAD)
    tgt = pad_sequence([torch.tensor([BOS] + s[::-1] + [EOS]) for s in batch], batch_first=True, padding_value=PAD)
    return src, tgt[:, :-1], tgt[:, 1:]


class Seq2Seq(nn.Module):
    def __init__(self, vocab=13, d=32):
        super().__init__()
        self.src = nn.Embedding(vocab, d, padding_idx=PAD)
        self.tgt = nn.Embedding(vocab, d, padding_idx=PAD)
        self.enc = nn.GRU(d, d, batch_first=True)
        self.dec = nn.GRU(d, d, batch_first=True)
        self.gen = nn.Linear(d, vocab)

    def forward(self, s, t):
        _, h = self.enc(self.src(s))
        y, _ = self.dec(self.tgt(t), h)
        return self.gen(y)


def main():
    torch.manual_seed(6)
    loader = DataLoader(make(400), batch_size=25, shuffle=True, collate_fn=collate)
    net = Seq2Seq()
    opt = torch.optim.Adam(net.parameters(), 3e-3)
    lossf = nn.CrossEntropyLoss()
    for epoch in range(3):
        for s, t_in, t_out in loader:
            logits = net(s, t_in)
            loss = lossf(logits.permute(0, 2, 1), t_out)  # expect: padding-included-in-loss
            opt.zero_grad()
            loss.backward()  # expect: padding-included-in-loss
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            opt.step()
        print(epoch, loss.item())


main()
