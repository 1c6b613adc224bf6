"""Networks for tables: numbers and category codes in, logits or a quantity out."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from fourbeat.data.encode import TableShape
from fourbeat.data.words import CODES
from fourbeat.models.numbers import Periodic, Piecewise

TEXT_WIDTH = 16
"""Width of the embedding of a word."""


def embedding_width(cardinality: int) -> int:
    """Width of a category's embedding: the root of the number of codes, between 2 and 32."""
    return max(2, min(32, math.ceil(math.sqrt(cardinality))))


def embeddings(cardinalities: Sequence[int], widths: Sequence[int]) -> nn.ModuleList:
    """One table for each category column; the unknown category starts, and without examples
    stays, at zero."""
    tables = [nn.Embedding(n, width) for n, width in zip(cardinalities, widths, strict=True)]
    for table in tables:
        nn.init.normal_(table.weight, std=0.1)
        with torch.no_grad():
            table.weight[0].zero_()
    return nn.ModuleList(tables)


def bags(texts: Sequence[int], width: int) -> nn.ModuleList:
    """One table for each column of free text, of which a row takes the mean of its words'."""
    tables = [nn.EmbeddingBag(n, width, mode="mean", padding_idx=0) for n in texts]
    for table in tables:
        nn.init.normal_(table.weight, std=0.1)
        with torch.no_grad():
            table.weight[0].zero_()
    return nn.ModuleList(tables)


def looked_up(categories: nn.ModuleList, texts: nn.ModuleList, codes: Tensor) -> list[Tensor]:
    """What the tables have for codes of shape (N, categories + CODES for each text), a tensor each."""
    found = [table(codes[:, i]) for i, table in enumerate(categories)]
    start = len(categories)
    for i, bag in enumerate(texts):
        found.append(bag(codes[:, start + i * CODES : start + (i + 1) * CODES]))
    return found


class Linear(nn.Module):
    """Logistic or linear regression: a weight for each number and for each category of each column."""

    def __init__(self, shape: TableShape):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(shape.outputs))
        self.weight = nn.Parameter(torch.zeros(shape.numeric, shape.outputs))
        self.categories = embeddings(
            shape.cardinalities, [shape.outputs] * len(shape.cardinalities)
        )
        self.texts = bags(shape.texts, shape.outputs)

    def forward(self, numeric: Tensor, codes: Tensor | None = None) -> Tensor:
        """Outputs of shape (N, outputs) from (N, numbers) float32 and (N, codes) int64; see `looked_up`."""
        logits = numeric @ self.weight + self.bias
        if codes is not None:
            for found in looked_up(self.categories, self.texts, codes):
                logits = logits + found
        return logits


class MLP(nn.Module):
    """Numbers and embedded categories side by side, through hidden layers, to the outputs.

    Args:
        shape: the columns and outputs.
        widths: units of each hidden layer.
        dropout: share of units dropped after the embeddings and each hidden layer in training.
        norm: `none`, `batch` or `layer`, between a hidden layer's linear map and its ReLU.
        numeric: how a number is taken: `plain`, `piecewise` (`shape.edges` has the bins) or
            `periodic`; see `numbers`.

    The defaults were chosen on four public tables: layer normalisation where numbers interact,
    dropout on the embeddings where categories are many and rows are few.
    """

    def __init__(
        self,
        shape: TableShape,
        widths: Sequence[int] = (128, 64),
        dropout: float = 0.2,
        norm: str = "layer",
        numeric: str = "plain",
    ):
        super().__init__()
        sizes = [embedding_width(n) for n in shape.cardinalities]
        self.categories = embeddings(shape.cardinalities, sizes)
        self.texts = bags(shape.texts, TEXT_WIDTH)
        self.numbers, before = numbers(shape, numeric)
        self.dropout = nn.Dropout(dropout)
        layers: list[nn.Module] = []
        before += sum(sizes) + TEXT_WIDTH * len(shape.texts)
        for width in widths:
            layers.append(nn.Linear(before, width))
            if norm != "none":
                layers.append(nn.BatchNorm1d(width) if norm == "batch" else nn.LayerNorm(width))
            layers += [nn.ReLU(), nn.Dropout(dropout)]
            before = width
        layers.append(nn.Linear(before, shape.outputs))
        self.layers = nn.Sequential(*layers)

    def forward(self, numeric: Tensor, codes: Tensor | None = None) -> Tensor:
        """Outputs of shape (N, outputs) from (N, numbers) float32 and (N, codes) int64; see `looked_up`."""
        numeric = self.numbers(numeric)
        if codes is not None:
            embedded = looked_up(self.categories, self.texts, codes)
            numeric = torch.cat([numeric, self.dropout(torch.cat(embedded, dim=1))], dim=1)
        return self.layers(numeric)


def numbers(shape: TableShape, numeric: str) -> tuple[nn.Module, int]:
    """How numbers are taken, and how many inputs they become."""
    if numeric == "plain":
        return nn.Identity(), shape.numeric
    module = Piecewise(shape.edges) if numeric == "piecewise" else Periodic(shape.numeric)
    return module, module.width
