import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader

rng = np.random.default_rng(4)
torch.manual_seed(4)
topics = [np.arange(0, 20), np.arange(20, 40), np.arange(40, 60)]
corpus = np.concatenate([rng.choice(topics[rng.integers(3)], 12) for _ in range(60)])
WINDOW, NEG, VOCAB, DIM = 2, 4, 60, 12
pairs = [(corpus[i], corpus[j]) for i in range(len(corpus)) for j in range(max(0, i - WINDOW), min(len(corpus), i + WINDOW + 1)) if i != j]
pairs = [pairs[k] for k in rng.permutation(len(pairs))[:640]]
freq = np.bincount(corpus, minlength=VOCAB) ** 0.75
noise = torch.tensor(freq / freq.sum())


class SkipGramModel(nn.Module):
    def __init__(self, emb_size, emb_dimension):
        super(SkipGramModel, self).__init__()
        self.u_embeddings = nn.Embedding(emb_size, emb_dimension, sparse=True)
        self.v_embeddings = nn.Embedding(emb_size, emb_dimension, sparse=True)
        initrange = 0.5
        nn.init.uniform_(self.u_embeddings.weight.data, -initrange, initrange)
        nn.init.constant_(self.v_embeddings.weight.data, 0)

    def forward(self, pos_u, pos_v, neg_v):
        emb_u, emb_v, emb_neg = self.u_embeddings(pos_u), self.v_embeddings(pos_v), self.v_embeddings(neg_v)
        score = -F.logsigmoid((emb_u * emb_v).sum(1))
        neg_score = -F.logsigmoid(-torch.bmm(emb_neg, emb_u.unsqueeze(2)).squeeze(2)).sum(1)
        return (score + neg_score).mean()


def collate(batch):
    u, v = torch.tensor(np.array(batch)).unbind(1)
    return u, v, torch.multinomial(noise, len(batch) * NEG, replacement=True).view(-1, NEG)


loader = DataLoader(pairs, batch_size=64, shuffle=True, collate_fn=collate)
model = SkipGramModel(VOCAB, DIM)
optimizer = torch.optim.SparseAdam(list(model.parameters()), lr=0.05)
for epoch in range(4):
    running = 0.0
    for pos_u, pos_v, neg_v in loader:
        optimizer.zero_grad()
        loss = model(pos_u, pos_v, neg_v)
        loss.backward()
        optimizer.step()
        running += loss.item()
    print('epoch', epoch, 'loss', running / len(loader))
