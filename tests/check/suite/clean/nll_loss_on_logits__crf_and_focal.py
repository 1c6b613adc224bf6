import torch
import torch.nn.functional as F
from torch import nn


class CRF(nn.Module):
    def __init__(self, tags):
        super().__init__()
        self.trans = nn.Parameter(0.1 * torch.randn(tags, tags))

    def forward(self, emissions, tags):
        score = emissions.gather(2, tags.unsqueeze(2)).squeeze(2).sum(1)
        score = score + self.trans[tags[:, :-1], tags[:, 1:]].sum(1)
        alpha = emissions[:, 0]
        for t in range(1, emissions.size(1)):
            alpha = torch.logsumexp(alpha.unsqueeze(2) + self.trans + emissions[:, t].unsqueeze(1), 1)
        return (torch.logsumexp(alpha, 1) - score).mean()

    @torch.no_grad()
    def decode(self, emissions):
        score, back = emissions[:, 0], []
        for t in range(1, emissions.size(1)):
            best, arg = (score.unsqueeze(2) + self.trans).max(1)
            score = best + emissions[:, t]
            back.append(arg)
        path = [score.argmax(1)]
        for arg in reversed(back):
            path.append(arg.gather(1, path[-1].unsqueeze(1)).squeeze(1))
        return torch.stack(path[::-1], 1)


class Tagger(nn.Module):
    def __init__(self, vocab=30, tags=4, dim=16):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim)
        self.lstm = nn.LSTM(dim, dim, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(2 * dim, tags)
        self.doc = nn.Linear(2 * dim, 2)

    def forward(self, ids):
        h, _ = self.lstm(self.emb(ids))
        return self.fc(h), h.mean(1)


def focal_nll(logits, target, gamma=2.0):
    logp = logits - logits.logsumexp(-1, keepdim=True)
    return F.nll_loss((1 - logp.exp()) ** gamma * logp, target)


torch.manual_seed(18)
ids = torch.randint(0, 30, (300, 7))
tags = (ids % 2) * 2 + (ids.roll(1, 1) > 15).long()
doc = (ids[:, 0] > ids[:, 3]).long()
model, crf = Tagger(), CRF(4)
opt = torch.optim.Adam([*model.parameters(), *crf.parameters()], lr=5e-3)
for epoch in range(3):
    model.train()
    for rows in torch.randperm(240).split(24):
        emissions, pooled = model(ids[rows])
        loss = crf(emissions, tags[rows]) + focal_nll(model.doc(pooled), doc[rows])
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        right = (crf.decode(model(ids[240:])[0]) == tags[240:]).float().mean().item()
    print(epoch, loss.item(), right)
