"""Large virtual batches: each batch is cut in chunks that fit."""
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(21)


class Encoder(nn.Module):
    def __init__(self, d=12, k=5):
        super().__init__()
        self.emb = nn.Embedding(50, d)
        self.rnn = nn.GRU(d, d, batch_first=True)
        self.out = nn.Linear(d, k)

    def forward(self, ids):
        _, h = self.rnn(self.emb(ids))
        return self.out(h[-1])


def virtual_step(model, opt, ids, labels, pieces):
    opt.zero_grad()
    running = []
    for part, lab in zip(ids.chunk(pieces), labels.chunk(pieces)):
        loss = F.cross_entropy(model(part), lab)
        loss.backward()  # expect: accumulation-loss-not-scaled
        running.append(loss.item())
    opt.step()  # expect: accumulation-loss-not-scaled
    return sum(running) / len(running)


model = Encoder()
opt = torch.optim.SGD(model.parameters(), lr=0.05)
for it in range(12):
    ids = torch.randint(0, 50, (64, 7))
    labels = ids[:, 0] % 5
    print(it, f"{virtual_step(model, opt, ids, labels, 4):.3f}")
