from __future__ import annotations
import torch
from torch import Tensor, nn


class GRUClassifier(nn.Module):
    def __init__(self, vocab: int = 20, dim: int = 16) -> None:
        super().__init__()
        self.emb = nn.Embedding(vocab, dim)
        self.gru = nn.GRU(dim, dim, batch_first=True)
        self.fc = nn.Linear(dim, 2)

    def forward(self, ids: Tensor) -> Tensor:
        return self.fc(self.gru(self.emb(ids))[1][-1])


def train_one_epoch(net: nn.Module, opt: torch.optim.Optimizer, ids: Tensor, y: Tensor) -> None:
    net.train()
    for b in torch.randperm(len(y)).split(24):
        opt.zero_grad()
        nn.functional.cross_entropy(net(ids[b]), y[b]).backward()
        opt.step()


def evaluate(net: nn.Module, ids: Tensor, y: Tensor) -> tuple[float, float]:
    net.eval()
    losses, hits = [], 0
    for part_x, part_y in zip(ids.split(24), y.split(24)):
        logits = net(part_x)  # expect: validation-builds-autograd-graph
        losses.append(nn.functional.cross_entropy(logits, part_y))  # also: loss-accumulated-with-graph
        hits += int((logits.argmax(1) == part_y).sum())
    return torch.stack(losses).mean().item(), hits / len(y)


torch.manual_seed(23)
ids = torch.randint(0, 20, (288, 6))
y = (ids[:, 0] > ids[:, -1]).long()
net = GRUClassifier()
opt = torch.optim.AdamW(net.parameters(), lr=5e-3)
for epoch in range(3):
    train_one_epoch(net, opt, ids[:192], y[:192])
    print(epoch, evaluate(net, ids[192:], y[192:]))
