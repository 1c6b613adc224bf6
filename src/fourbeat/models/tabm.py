"""TabM: an ensemble of MLPs in one network, whose members share their large weights.

Gorishniy, Kotelnikov and Babenko, "TabM: Advancing Tabular Deep Learning with Parameter-Efficient
Ensembling", ICLR 2025; its layers are those of BatchEnsemble (Wen, Tran and Ba, ICLR 2020).
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from fourbeat.data.encode import TableShape
from fourbeat.models.tabular import (
    TEXT_WIDTH,
    bags,
    embedding_width,
    embeddings,
    looked_up,
    numbers,
)


class MemberLinear(nn.Module):
    """A linear map for each member: of shared weights, with its own scales of inputs and outputs
    and its own bias.

    Args:
        members: how many.
        before, after: numbers in and out.
        first: whether members begin with random signs of their inputs, by which they differ; later
            layers begin alike.
    """

    def __init__(self, members: int, before: int, after: int, *, first: bool = False):
        super().__init__()
        bound = 1 / math.sqrt(before)
        signs = torch.randint(0, 2, (members, before)) * 2.0 - 1 if first else None
        self.inward = nn.Parameter(torch.ones(members, before) if signs is None else signs)
        self.weight = nn.Parameter(torch.empty(after, before).uniform_(-bound, bound))
        self.outward = nn.Parameter(torch.ones(members, after))
        self.bias = nn.Parameter(torch.empty(members, after).uniform_(-bound, bound))

    def forward(self, inputs: Tensor) -> Tensor:
        """Of shape (members, N, after) from (members, N, before)."""
        # Scaling the weights is less work than scaling the rows, and gives the same.
        weight = self.weight * self.outward.unsqueeze(2) * self.inward.unsqueeze(1)
        return torch.baddbmm(self.bias.unsqueeze(1), inputs, weight.mT)

    def extra_repr(self) -> str:
        """For `print(model)` and the receipt."""
        members, before = self.inward.shape
        return f"members={members}, in_features={before}, out_features={len(self.weight)}"


class TabM(nn.Module):
    """Numbers and embedded categories through several MLPs that share weights, to their average.

    In training each member answers for itself, and the loss is the mean of theirs (`each_member`).
    Otherwise their outputs are averaged: of a convex loss, as cross-entropy and the squared error
    are, the average has at most the mean of the members', so that the validation's loss is lower
    than the training's on equal rows.

    Args:
        shape: the columns and outputs.
        widths: units of each hidden layer of a member.
        dropout: share of units dropped after the embeddings and each hidden layer in training.
        norm: `none` or `layer`, between a hidden layer's linear map and its ReLU.
        numeric: how a number is taken; see `MLP`.
        members: how many.
    """

    def __init__(
        self,
        shape: TableShape,
        widths: Sequence[int] = (128, 64),
        dropout: float = 0.2,
        norm: str = "layer",
        numeric: str = "plain",
        members: int = 8,
    ):
        super().__init__()
        sizes = [embedding_width(n) for n in shape.cardinalities]
        self.categories = embeddings(shape.cardinalities, sizes)
        self.texts = bags(shape.texts, TEXT_WIDTH)
        self.numbers, before = numbers(shape, numeric)
        self.dropout = nn.Dropout(dropout)
        before += sum(sizes) + TEXT_WIDTH * len(shape.texts)
        layers: list[nn.Module] = []
        for width in widths:
            layers.append(MemberLinear(members, before, width, first=not layers))
            if norm == "layer":
                layers.append(nn.LayerNorm(width))
            layers += [nn.ReLU(), nn.Dropout(dropout)]
            before = width
        self.layers = nn.Sequential(*layers)
        bound = 1 / math.sqrt(before)
        weight = torch.empty(members, before, shape.outputs)
        self.weight = nn.Parameter(weight.uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(members, shape.outputs).uniform_(-bound, bound))

    def forward(self, numeric: Tensor, codes: Tensor | None = None) -> Tensor:
        """Outputs of shape (N, outputs), in training (N, members, outputs), from (N, numbers)
        float32 and (N, codes) int64; see `looked_up`."""
        numeric = self.numbers(numeric)
        if codes is not None:
            embedded = looked_up(self.categories, self.texts, codes)
            numeric = torch.cat([numeric, self.dropout(torch.cat(embedded, dim=1))], dim=1)
        units = self.layers(numeric.expand(len(self.weight), -1, -1))
        outputs = torch.baddbmm(self.bias.unsqueeze(1), units, self.weight)
        return outputs.transpose(0, 1) if self.training else outputs.mean(dim=0)


def each_member(_loss: nn.Module, given: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Outputs of shape (N, members, outputs) as rows of their own, each with its row's target.

    A hook before the forward of a loss, which is thereby the mean of the members' losses.
    """
    outputs, target = given
    if outputs.ndim < 3:  # they are averaged already
        return outputs, target
    return outputs.flatten(0, 1), target.repeat_interleave(outputs.shape[1], dim=0)
