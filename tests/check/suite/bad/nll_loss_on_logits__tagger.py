"""Part-of-speech tagger on toy sentences."""
import random

import torch
from torch import nn

random.seed(0)
torch.manual_seed(0)

WORDS = {"DET": ["the", "a"], "NN": ["dog", "cat", "tree", "car"], "VB": ["sees", "likes", "hits"], "ADJ": ["red", "old"]}
TAGS = {t: i for i, t in enumerate(WORDS)}
word2id = {w: i for i, w in enumerate(w for ws in WORDS.values() for w in ws)}
PATTERNS = [["DET", "NN", "VB", "DET", "NN"], ["DET", "ADJ", "NN", "VB", "NN"], ["NN", "VB", "ADJ", "NN", "VB"]]


def sentence():
    tags = random.choice(PATTERNS)
    return [word2id[random.choice(WORDS[t])] for t in tags], [TAGS[t] for t in tags]


class LSTMTagger(nn.Module):
    def __init__(self, dim, hidden, n_words, n_tags):
        super().__init__()
        self.word_embeddings = nn.Embedding(n_words, dim)
        self.lstm = nn.LSTM(dim, hidden, batch_first=True)
        self.hidden2tag = nn.Linear(hidden, n_tags)

    def forward(self, sents):
        out, _ = self.lstm(self.word_embeddings(sents))
        return self.hidden2tag(out).transpose(1, 2)


model = LSTMTagger(12, 16, len(word2id), len(TAGS))
loss_function = nn.NLLLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(40):
    pairs = [sentence() for _ in range(16)]
    words = torch.tensor([w for w, _ in pairs])
    tags = torch.tensor([t for _, t in pairs])
    model.zero_grad()
    tag_scores = model(words)
    loss = loss_function(tag_scores, tags)  # expect: nll-loss-on-logits
    loss.backward()  # expect: nll-loss-on-logits
    optimizer.step()
print(loss.item())
