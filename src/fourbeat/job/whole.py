"""Metrics that are functions of all rows: a pass is kept once, and each looks at the whole of it."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from fourbeat.loop.validate import Metric

Function = Callable[[Tensor, Tensor], Tensor]
"""From outputs and targets, float64 of shape (rows, outputs), to a value."""


class Pass:
    """Outputs and targets of one pass over the data, on the CPU, since not every device has float64."""

    def __init__(self) -> None:
        self.outputs: list[Tensor] = []
        self.targets: list[Tensor] = []

    def whole(self) -> tuple[Tensor, Tensor]:
        """All of them, of shape (rows, outputs); one number a row may come as shape (rows,)."""
        outputs, targets = torch.cat(self.outputs), torch.cat(self.targets)
        return outputs.reshape(len(outputs), -1), targets.reshape(len(targets), -1)


class OfTheWhole:
    """A metric; one of several takes the batches in for all.

    Attributes:
        kept: the pass they share.
        keeps: whether it is this one that fills it.
    """

    def __init__(self, kept: Pass, function: Function, *, keeps: bool):
        self.kept = kept
        self.function = function
        self.keeps = keeps

    def reset(self) -> None:
        """Forget every batch."""
        if self.keeps:
            self.kept.outputs, self.kept.targets = [], []

    def update(self, preds: Tensor, target: Tensor) -> None:
        """Take in outputs and targets of shape (N, outputs)."""
        if self.keeps:
            self.kept.outputs.append(preds.detach().cpu().double())
            self.kept.targets.append(target.cpu().double())

    def compute(self) -> Any:
        """The value over all batches."""
        return self.function(*self.kept.whole())


def of_the_whole(functions: Mapping[str, Function]) -> dict[str, Metric]:
    """Metrics by name, over one pass."""
    kept = Pass()
    return {
        name: OfTheWhole(kept, function, keeps=number == 0)
        for number, (name, function) in enumerate(functions.items())
    }
