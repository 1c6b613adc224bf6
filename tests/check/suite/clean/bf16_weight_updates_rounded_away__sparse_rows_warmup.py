import torch
from torch import nn

torch.manual_seed(10)


class WordVectors(nn.Module):
    def __init__(self, vocab=400, dim=16):
        super().__init__()
        self.inside = nn.Embedding(vocab, dim, sparse=True)
        self.outside = nn.Embedding(vocab, dim, sparse=True)

    def forward(self, center, context, negatives):
        c = self.inside(center)
        positive = (c * self.outside(context)).sum(-1)
        negative = torch.einsum("bd,bkd->bk", c, self.outside(negatives))
        return -(nn.functional.logsigmoid(positive) + nn.functional.logsigmoid(-negative).sum(1)).mean()


model = WordVectors().bfloat16()
optimizer = torch.optim.SparseAdam(model.parameters(), lr=0.02)
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, s / 20))
for step in range(80):
    center = torch.randint(0, 400, (64,))
    context = (center + torch.randint(1, 4, (64,))) % 400
    loss = model(center, context, torch.randint(0, 400, (64, 5)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
    if step % 20 == 0:
        print(step, loss.item())
