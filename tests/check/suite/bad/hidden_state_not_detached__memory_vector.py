import torch
from torch import nn


class SlowContext(nn.Module):
    """keeps an exponential summary of all that was seen"""

    def __init__(self, vocab, dim, decay=0.9):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.out = nn.Linear(2 * dim, vocab)
        self.decay = decay
        self.summary = torch.zeros(dim)

    def forward(self, tokens):
        e = self.embed(tokens)
        self.summary = self.decay * self.summary + (1 - self.decay) * e.mean(0)  # expect: hidden-state-not-detached # also: loss-accumulated-with-graph
        ctx = self.summary.expand(len(tokens), -1)
        return self.out(torch.cat([e, ctx], dim=1))


def main():
    torch.manual_seed(37)
    stream = torch.randint(0, 15, (1000,))
    nxt = (stream * 2 + 1) % 15
    model = SlowContext(15, 12)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for step in range(30):
        sl = torch.randint(0, 1000, (25,))
        logits = model(stream[sl])
        loss = nn.functional.cross_entropy(logits, nxt[sl])
        optimizer.zero_grad()
        loss.backward(retain_graph=True)  # expect: hidden-state-not-detached
        optimizer.step()
        if step % 10 == 9:
            print(f"step {step + 1} loss {loss.item():.4f}")


main()
