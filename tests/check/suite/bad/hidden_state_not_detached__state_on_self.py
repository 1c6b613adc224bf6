"""A character model that carries its state from window to window."""
import torch
from torch import nn

torch.manual_seed(6)
TEXT = "the quick brown fox jumps over the lazy dog " * 12
CHARS = sorted(set(TEXT))
DATA = torch.tensor([CHARS.index(c) for c in TEXT])


class CharRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(len(CHARS), 16)
        self.cell = nn.GRUCell(16, 24)
        self.out = nn.Linear(24, len(CHARS))
        self.memory = None

    def forward(self, ids):
        h = torch.zeros(1, 24) if self.memory is None else self.memory
        logits = []
        for i in ids:
            h = self.cell(self.emb(i)[None], h)
            logits.append(self.out(h))
        self.memory = h
        return torch.cat(logits)


model = CharRNN()
rate = 0.1
for w in range(0, 140, 10):
    loss = nn.functional.cross_entropy(model(DATA[w : w + 10]), DATA[w + 1 : w + 11])
    for p in model.parameters():
        p.grad = None
    torch.autograd.backward(loss, retain_graph=True)  # expect: hidden-state-not-detached
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for p in model.parameters():
        p.data = p.data - rate * p.grad
print(round(loss.item(), 3))
