import random
import torch
from torch import nn


class TinyLM(nn.Module):
    def __init__(self, vocab_size, dim):
        super().__init__()
        self.wte = nn.Embedding(vocab_size, dim)
        self.mix = nn.Conv1d(dim, dim, 3)
        self.head = nn.Linear(dim, vocab_size)

    def forward(self, ids):
        h = self.wte(ids).transpose(1, 2)
        h = torch.relu(self.mix(nn.functional.pad(h, (2, 0))))
        return self.head(h.transpose(1, 2))


class LMTrainer:
    micro_batch, grad_accum = 8, 2

    def __init__(self, corpus):
        self.corpus = corpus
        self.model = TinyLM(10, 24)
        self.opt = torch.optim.AdamW(self.model.parameters(), lr=1e-2)

    def micro_step(self):
        starts = [random.randrange(len(self.corpus) - 13) for _ in range(self.micro_batch)]
        block = torch.stack([self.corpus[s:s + 13] for s in starts])
        self.model.zero_grad()  # expect: zero-grad-inside-accumulation
        logits = self.model(block[:, :-1])
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), block[:, 1:].flatten())
        (loss / self.grad_accum).backward()
        return loss.item()

    def train(self, n):
        for it in range(n):
            loss = sum(self.micro_step() for _ in range(self.grad_accum)) / self.grad_accum
            self.opt.step()
            if it % 5 == 0:
                print("step", it, "loss", round(loss, 4))


random.seed(3)
torch.manual_seed(3)
seq = [0, 1]
for _ in range(400):
    seq.append((seq[-1] + seq[-2] + (random.random() < 0.1)) % 10)
LMTrainer(torch.tensor(seq)).train(20)
