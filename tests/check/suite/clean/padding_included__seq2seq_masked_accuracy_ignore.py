"""Sequence to sequence with teacher forcing; padding is masked in the loss and in the accuracy."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

torch.manual_seed(101)
PAD, BOS, EOS, V = 0, 1, 2, 14


def pairs(n):
    src, tgt = [], []
    for _ in range(n):
        s = torch.randint(3, V, (int(torch.randint(2, 9, ())),))
        src.append(s)
        tgt.append(torch.cat([torch.tensor([BOS]), s.flip(0), torch.tensor([EOS])]))
    return pad_sequence(src, True, PAD), torch.tensor([len(s) for s in src]), pad_sequence(tgt, True, PAD)


class Seq2Seq(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        self.emb = nn.Embedding(V, d, padding_idx=PAD)
        self.enc, self.dec = nn.GRU(d, d, batch_first=True), nn.GRU(d, d, batch_first=True)
        self.out = nn.Linear(d, V)

    def forward(self, src, lengths, tgt):
        packed = pack_padded_sequence(self.emb(src), lengths, batch_first=True, enforce_sorted=False)
        _, h = self.enc(packed)
        y, _ = self.dec(self.emb(tgt), h)
        return self.out(y)


net = Seq2Seq()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
warm = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min(1.0, (s + 1) / 10))
for step in range(30):
    src, lengths, tgt = pairs(32)
    logits = net(src, lengths, tgt[:, :-1])
    gold = tgt[:, 1:]
    keep = gold != PAD
    token = nn.functional.cross_entropy(logits.transpose(1, 2), gold, reduction="none")
    loss = (token * keep).sum() / keep.sum()
    opt.zero_grad()
    loss.backward()
    opt.step()
    warm.step()
    hit = ((logits.argmax(-1) == gold) & keep).sum().item() / keep.sum().item()
print(round(hit, 3))
