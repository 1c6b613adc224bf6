import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(1)
DTYPE = torch.bfloat16


class Block(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.ln = nn.LayerNorm(d)
        self.up = nn.Linear(d, 2 * d)
        self.down = nn.Linear(2 * d, d)

    def forward(self, x):
        return x + self.down(F.gelu(self.up(self.ln(x))))


class Bigram(nn.Module):
    def __init__(self, vocab=12, d=32):
        super().__init__()
        self.tok = nn.Embedding(vocab, d)
        self.block = Block(d)
        self.lm_head = nn.Linear(d, vocab)

    def forward(self, idx):
        return self.lm_head(self.block(self.tok(idx)))


data = torch.cumsum(torch.randint(1, 4, (500,)), 0) % 12
model = Bigram().to(DTYPE)  # expect: bf16-weight-updates-rounded-away
optimizer = torch.optim.SGD(model.parameters(), lr=3e-3)
for it in range(30):
    ix = torch.randint(0, 490, (16,))
    x = torch.stack([data[i:i + 8] for i in ix])
    y = torch.stack([data[i + 1:i + 9] for i in ix])
    loss = F.cross_entropy(model(x).flatten(0, 1).float(), y.flatten())
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()  # expect: bf16-weight-updates-rounded-away
    if it % 10 == 0:
        print(f"iter {it}: loss {loss.item():.4f}")
