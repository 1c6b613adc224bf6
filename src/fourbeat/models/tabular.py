"""Networks for tables: numbers and category codes in, logits or a quantity out."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from fourbeat.data.encode import TableShape
from fourbeat.models.numbers import Periodic, Piecewise


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


class Linear(nn.Module):
    """Logistic or linear regression: a weight for each number and for each category of each column."""

    def __init__(self, shape: TableShape):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(shape.outputs))
        self.weight = nn.Parameter(torch.zeros(shape.numeric, shape.outputs))
        self.categories = embeddings(
            shape.cardinalities, [shape.outputs] * len(shape.cardinalities)
        )

    def forward(self, numeric: Tensor, codes: Tensor | None = None) -> Tensor:
        """Outputs of shape (N, outputs) from (N, numbers) float32 and (N, categories) int64."""
        logits = numeric @ self.weight + self.bias
        if codes is not None:
            for column, table in enumerate(self.categories):
                logits = logits + table(codes[:, column])
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
        self.numbers, before = numbers(shape, numeric)
        self.dropout = nn.Dropout(dropout)
        layers: list[nn.Module] = []
        before += sum(sizes)
        for width in widths:
            layers.append(nn.Linear(before, width))
            if norm != "none":
                layers.append(nn.BatchNorm1d(width) if norm == "batch" else nn.LayerNorm(width))
            layers += [nn.ReLU(), nn.Dropout(dropout)]
            before = width
        layers.append(nn.Linear(before, shape.outputs))
        self.layers = nn.Sequential(*layers)

    def forward(self, numeric: Tensor, codes: Tensor | None = None) -> Tensor:
        """Outputs of shape (N, outputs) from (N, numbers) float32 and (N, categories) int64."""
        numeric = self.numbers(numeric)
        if codes is not None:
            embedded = [table(codes[:, i]) for i, table in enumerate(self.categories)]
            numeric = torch.cat([numeric, self.dropout(torch.cat(embedded, dim=1))], dim=1)
        return self.layers(numeric)


def numbers(shape: TableShape, numeric: str) -> tuple[nn.Module, int]:
    """How numbers are taken, and how many inputs they become."""
    if numeric == "plain":
        return nn.Identity(), shape.numeric
    module = Piecewise(shape.edges) if numeric == "piecewise" else Periodic(shape.numeric)
    return module, module.width
