import torch
import torch.nn.functional as F
from torch import nn, optim

gen = torch.Generator().manual_seed(31)
torch.manual_seed(31)
N_TAGS, VOCAB, LENGTH = 6, 80, 15


def documents(n):
    tags = (torch.rand(n, N_TAGS, generator=gen) < 0.3)
    words = torch.randint(N_TAGS, VOCAB, (n, LENGTH), generator=gen)
    for tag in range(N_TAGS):
        place = torch.randint(0, LENGTH, (n,), generator=gen)
        rows = tags[:, tag].nonzero().squeeze(1)
        words[rows, place[rows]] = tag
    return words, tags.float()


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.bag = nn.EmbeddingBag(VOCAB, 24, mode="mean")
        self.out = nn.Linear(24, N_TAGS)

    def forward(self, words):
        return torch.sigmoid(self.out(self.bag(words)))  # expect: sigmoid-before-bce-with-logits


words, tags = documents(800)
model = Tagger()
optimizer = optim.Adam(model.parameters(), lr=1e-2)
pos_weight = (1 - tags).sum(0) / tags.sum(0)

for epoch in range(3):
    for index in torch.randperm(800, generator=gen).split(50):
        scores = model(words[index])
        loss = F.binary_cross_entropy_with_logits(scores, tags[index], pos_weight=pos_weight)  # expect: sigmoid-before-bce-with-logits
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, f"{loss.item():.3f}")
