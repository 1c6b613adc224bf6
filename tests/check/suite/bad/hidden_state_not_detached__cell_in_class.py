"""Character model: the state lives on the module."""
import torch
from torch import nn

TEXT = "the quick brown fox jumps over the lazy dog and runs away from the small red hen " * 3


class CharRNN(nn.Module):
    def __init__(self, vocab, hidden=32):
        super().__init__()
        self.embed = nn.Embedding(vocab, 16)
        self.cell = nn.GRUCell(16, hidden)
        self.out = nn.Linear(hidden, vocab)
        self.h = None

    def forward(self, chunk):
        if self.h is None:
            self.h = torch.zeros(chunk.shape[0], self.cell.hidden_size)
        outs = []
        for t in range(chunk.shape[1]):
            self.h = self.cell(self.embed(chunk[:, t]), self.h)
            outs.append(self.out(self.h))
        return torch.stack(outs, 1)


def main():
    torch.manual_seed(1)
    chars = sorted(set(TEXT))
    ids = torch.tensor([chars.index(c) for c in TEXT])
    rows = ids[: len(ids) // 4 * 4].view(4, -1)
    net = CharRNN(len(chars))
    opt = torch.optim.SGD(net.parameters(), lr=0.05)
    for i in range(0, rows.shape[1] - 6, 5):
        x, y = rows[:, i : i + 5], rows[:, i + 1 : i + 6]
        logits = net(x)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten())
        opt.zero_grad()
        loss.backward(retain_graph=True)  # expect: hidden-state-not-detached
        with torch.no_grad():
            for p in net.parameters():
                p.data.add_(p.grad, alpha=-0.05)
    print(loss.item())


main()
