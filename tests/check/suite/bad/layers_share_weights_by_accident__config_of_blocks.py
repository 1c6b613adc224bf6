"""A transformer whose depth comes from a dataclass config."""

from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Config:
    vocabulary: int = 16
    width: int = 16
    heads: int = 2
    depth: int = 3
    classes: int = 2
    rate: float = 2e-3


class Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embed = nn.Embedding(config.vocabulary, config.width)
        layer = nn.TransformerEncoderLayer(config.width, config.heads, 32, dropout=0.0, batch_first=True)
        self.layers = nn.ModuleList([layer] * config.depth)  # expect: layers-share-weights-by-accident
        self.head = nn.Linear(config.width, config.classes)

    def forward(self, ids):
        h = self.embed(ids)
        for layer in self.layers:
            h = layer(h)
        return self.head(h.mean(1))


def main(config=Config()):
    torch.manual_seed(13)
    ids = torch.randint(0, config.vocabulary, (192, 8))
    y = (ids == 3).any(1).long()
    model = Model(config)
    optimizer = torch.optim.Adam(model.parameters(), lr=config.rate)
    for epoch in range(3):
        for rows in torch.randperm(192).split(32):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(ids[rows]), y[rows])
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


main()
