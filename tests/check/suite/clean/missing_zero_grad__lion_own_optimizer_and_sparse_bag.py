"""Text classification by an embedding bag with sparse gradients, and an optimizer of its own (Lion)."""
import torch
from torch import nn
from torch.optim import Optimizer


class Lion(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for g in self.param_groups:
            b1, b2 = g["betas"]
            for p in g["params"]:
                if p.grad is None:
                    continue
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - g["lr"] * g["weight_decay"])
                p.add_(torch.sign(m * b1 + p.grad * (1 - b1)), alpha=-g["lr"])
                m.mul_(b2).add_(p.grad, alpha=1 - b2)
        return loss


class BagOfWords(nn.Module):
    def __init__(self, vocab, d, k):
        super().__init__()
        self.bag = nn.EmbeddingBag(vocab, d, mode="mean", sparse=True)
        self.fc = nn.Sequential(nn.Linear(d, 16), nn.ReLU(), nn.Linear(16, k))

    def forward(self, text, offsets):
        return self.fc(self.bag(text, offsets))


def batch(n):
    y = torch.randint(0, 3, (n,))
    docs = [torch.randint(0, 60, (int(torch.randint(4, 12, ())),)) + 30 * int(c) for c in y]
    offsets = torch.tensor([0] + [len(d) for d in docs[:-1]]).cumsum(0)
    return torch.cat(docs), offsets, y


torch.manual_seed(98)
net = BagOfWords(120, 12, 3)
sparse = torch.optim.SparseAdam(net.bag.parameters(), lr=2e-2)
dense = Lion(net.fc.parameters(), lr=2e-3, weight_decay=0.01)
for step in range(40):
    text, offsets, y = batch(32)
    loss = nn.functional.cross_entropy(net(text, offsets), y)
    for o in (sparse, dense):
        o.zero_grad()
    loss.backward()
    for o in (sparse, dense):
        o.step()
print(loss.item())
