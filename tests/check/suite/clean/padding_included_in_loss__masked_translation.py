"""Encoder-decoder Transformer: masks, label smoothing, ignore_index, Noam schedule, greedy decoding."""
import torch
from torch import nn

PAD, BOS, EOS, V = 0, 1, 2, 16


class MT(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        self.emb = nn.Embedding(V, d, padding_idx=PAD)
        self.pos = nn.Parameter(torch.randn(1, 12, d) * 0.02)
        self.tf = nn.Transformer(d, 2, 1, 1, 64, dropout=0.1, batch_first=True)
        self.out = nn.Linear(d, V)
        self.out.weight = self.emb.weight

    def forward(self, s, t):
        mask = nn.Transformer.generate_square_subsequent_mask(t.size(1)).isinf()
        kp, tp = s.eq(PAD), t.eq(PAD)
        a, b = self.emb(s) * 5.6 + self.pos[:, : s.size(1)], self.emb(t) * 5.6 + self.pos[:, : t.size(1)]
        h = self.tf(a, b, tgt_mask=mask, src_key_padding_mask=kp, tgt_key_padding_mask=tp, memory_key_padding_mask=kp)
        return self.out(h)


def batch(n, g):
    L = torch.randint(2, 8, (n,), generator=g)
    s = torch.randint(3, V, (n, 8), generator=g)
    keep = torch.arange(8)[None] < L[:, None]
    s = s.masked_fill(~keep, PAD)
    t = torch.zeros(n, 10, dtype=torch.long)
    for i in range(n):
        w = s[i, : L[i]].flip(0)
        t[i, 0], t[i, 1 : 1 + L[i]], t[i, 1 + L[i]] = BOS, w, EOS
    return s, t


def noam(step, d=32, warm=15):
    step += 1
    return d**-0.5 * min(step**-0.5, step * warm**-1.5)


torch.manual_seed(0)
g = torch.Generator().manual_seed(7)
net = MT()
opt = torch.optim.Adam(net.parameters(), lr=0.5, betas=(0.9, 0.98), eps=1e-9)
sched = torch.optim.lr_scheduler.LambdaLR(opt, noam)
crit = nn.CrossEntropyLoss(ignore_index=PAD, label_smoothing=0.1)
for it in range(40):
    net.train()
    s, t = batch(24, g)
    logits = net(s, t[:, :-1])
    loss = crit(logits.reshape(-1, V), t[:, 1:].reshape(-1))
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    opt.step()
    sched.step()
net.eval()
with torch.no_grad():
    s, t = batch(4, g)
    y = torch.full((4, 1), BOS)
    for _ in range(8):
        y = torch.cat([y, net(s, y)[:, -1:].argmax(-1)], 1)
print(loss.item(), y.tolist()[0])
