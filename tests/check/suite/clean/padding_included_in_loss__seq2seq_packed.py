import random

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset

PAD, SOS, EOS = 0, 1, 2


class ReverseWords(Dataset):
    def __init__(self, n):
        self.items = [[random.randint(3, 15) for _ in range(random.randint(2, 9))] for _ in range(n)]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        s = self.items[i]
        return torch.tensor(s), torch.tensor([SOS, *s[::-1], EOS])


def collate(batch):
    batch.sort(key=lambda p: -len(p[0]))
    src, tgt = zip(*batch)
    return pad_sequence(src, padding_value=PAD), torch.tensor([len(s) for s in src]), pad_sequence(tgt, padding_value=PAD)


class Seq2Seq(nn.Module):
    def __init__(self, vocab=16, dim=24):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim, padding_idx=PAD)
        self.enc, self.dec = nn.GRU(dim, dim), nn.GRU(2 * dim, dim)
        self.out = nn.Linear(dim, vocab)

    def attend(self, h, memory, mask):
        score = torch.einsum("tbd,bd->bt", memory, h[-1]).masked_fill(~mask, float("-inf"))
        return torch.einsum("bt,tbd->bd", score.softmax(1), memory)

    def forward(self, src, lengths, tgt, forcing=0.7):
        memory, h = self.enc(pack_padded_sequence(self.emb(src), lengths))
        memory, _ = pad_packed_sequence(memory)
        mask = (torch.arange(memory.size(0))[None] < lengths[:, None])
        token, logits = tgt[0], []
        for t in range(1, tgt.size(0)):
            step = torch.cat([self.emb(token), self.attend(h, memory, mask)], -1).unsqueeze(0)
            out, h = self.dec(step, h)
            logits.append(self.out(out[0]))
            token = tgt[t] if random.random() < forcing else logits[-1].argmax(-1)
        return torch.stack(logits)


def masked_loss(logits, target):
    mask = target != PAD
    nll = -torch.log_softmax(logits, -1).gather(2, target.unsqueeze(2)).squeeze(2)
    return nll.masked_select(mask).mean(), mask.sum().item()


random.seed(3)
torch.manual_seed(3)
loader = DataLoader(ReverseWords(120), batch_size=20, shuffle=True, collate_fn=collate)
model = Seq2Seq()
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(2):
    total = n = 0
    for src, lengths, tgt in loader:
        opt.zero_grad()
        loss, count = masked_loss(model(src, lengths, tgt), tgt[1:])
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        total, n = total + loss.item() * count, n + count
    print(epoch, total / n)
