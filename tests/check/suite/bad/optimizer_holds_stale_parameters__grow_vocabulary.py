import torch
import torch.nn.functional as F
from torch import nn


class WordModel(nn.Module):
    def __init__(self, vocab, dim):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim)
        self.fc = nn.Linear(dim, 2)

    def forward(self, ids):
        return self.fc(self.emb(ids).mean(1))

    def add_words(self, n):
        old = self.emb.weight.data
        bigger = nn.Embedding(len(old) + n, old.size(1))
        bigger.weight.data[:len(old)] = old
        self.emb = bigger  # expect: optimizer-holds-stale-parameters # also: parameters-missing-from-optimizer


def epoch(model, opt, ids, y):
    for b in torch.randperm(len(y)).split(20):
        loss = F.cross_entropy(model(ids[b]), y[b])
        model.zero_grad()
        loss.backward()
        opt.step()
    return loss.item()


torch.manual_seed(29)
model = WordModel(20, 12)
opt = torch.optim.Adam(model.parameters(), lr=0.02)  # expect: optimizer-holds-stale-parameters
ids = torch.randint(0, 20, (200, 5))
print('old words', [round(epoch(model, opt, ids, (ids.float().mean(1) > 9.5).long()), 3) for _ in range(2)])
model.add_words(10)
ids = torch.randint(0, 30, (200, 5))
print('new words', [round(epoch(model, opt, ids, (ids.float().mean(1) > 14.5).long()), 3) for _ in range(3)])
