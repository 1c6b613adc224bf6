"""Metrics that are functions of all rows: a pass is kept once, and each looks at the whole of it."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import torch
from torch import Tensor

from fourbeat.loop.validate import Metric

Function: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""From outputs and targets of all rows to a value."""

Flat: TypeAlias = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""From a batch's outputs and targets to float64 of shape (rows, outputs) and targets, on the CPU."""


def each_output(preds: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Both as float64 of shape (rows, outputs); one number a row may come as shape (rows,)."""
    outputs, targets = preds.cpu().double(), target.cpu().double()
    return outputs.reshape(len(outputs), -1), targets.reshape(len(targets), -1)


class Pass:
    """Outputs and targets of one pass over the data, on the CPU, since not every device has float64."""

    def __init__(self, flat: Flat) -> None:
        self.flat = flat
        self.outputs: list[Tensor] = []
        self.targets: list[Tensor] = []

    def forget(self) -> None:
        """Begin anew."""
        self.outputs, self.targets = [], []

    def take(self, preds: Tensor, target: Tensor) -> None:
        """Keep a batch."""
        outputs, targets = self.flat(preds.detach(), target)
        self.outputs.append(outputs)
        self.targets.append(targets)

    def whole(self) -> tuple[Tensor, Tensor]:
        """All of them."""
        return torch.cat(self.outputs), torch.cat(self.targets)


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
            self.kept.forget()

    def update(self, preds: Tensor, target: Tensor) -> None:
        """Take in a batch's outputs and targets."""
        if self.keeps:
            self.kept.take(preds, target)

    def compute(self) -> Any:
        """The value over all batches."""
        return self.function(*self.kept.whole())


def of_the_whole(functions: Mapping[str, Function], kept: Pass) -> dict[str, Metric]:
    """Metrics by name, over one pass, which holds the outputs afterwards."""
    return {
        name: OfTheWhole(kept, function, keeps=number == 0)
        for number, (name, function) in enumerate(functions.items())
    }
