from typing import Optional
import torch
from torch import Tensor, nn


class Encoder(nn.Module):
    def __init__(self, vocab: int, dim: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim)
        self.gru = nn.GRU(dim, dim, batch_first=True)

    @torch.no_grad()  # expect: graph-cut-inside-forward
    def forward(self, ids: Tensor, h0: Optional[Tensor] = None) -> Tensor:
        return self.gru(self.embedding(ids), h0)[1][-1]


class SentimentModel(nn.Module):
    def __init__(self, vocab: int, dim: int = 20) -> None:
        super().__init__()
        self.encoder = Encoder(vocab, dim)
        self.head = nn.Linear(dim, 2)

    def forward(self, ids: Tensor) -> Tensor:
        return self.head(self.encoder(ids))  # expect: graph-cut-inside-forward


def train() -> None:
    torch.manual_seed(55)
    ids = torch.randint(0, 30, (240, 7))
    label = ((ids < 15).sum(1) > 3).long()
    model = SentimentModel(30)
    optim = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for epoch in range(3):
        for b in torch.randperm(240).split(24):
            loss = nn.functional.cross_entropy(model(ids[b]), label[b])
            optim.zero_grad()
            loss.backward()
            optim.step()
        print(epoch, loss.item())


train()
