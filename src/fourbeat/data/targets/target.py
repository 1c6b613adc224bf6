"""A target on its way: read from its columns, then fitted on the training rows of a split."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch

from fourbeat.data.record import LabelRecord, QuantityRecord


@dataclass(frozen=True, slots=True)
class Strata:
    """Groups of rows whose shares a random split keeps.

    Attributes:
        method: what the receipt calls such a split.
        numbers: the group of each row, int64 of shape (rows,).
        names: of the groups, for messages.
    """

    method: str
    numbers: np.ndarray
    names: list[str]


@dataclass(frozen=True, slots=True)
class Target:
    """What a loss compares a model's outputs with.

    Attributes:
        values: of all rows; class numbers, int64 of shape (rows,), or float32 of shape
            (rows, outputs).
        classes, quantity, labels: what it means, for the receipt; the task has one of them.
        notes: the same in words.
    """

    values: torch.Tensor
    notes: list[str]
    classes: list[str] = field(default_factory=list[str])
    quantity: QuantityRecord | None = None
    labels: list[LabelRecord] = field(default_factory=list[LabelRecord])


class Reading(Protocol):
    """A target that was read and not yet fitted."""

    @property
    def strata(self) -> Strata:
        """By what a random split is stratified."""
        ...

    def fit(self, train: np.ndarray) -> Target:
        """The target with the statistics of the training rows.

        Raises:
            DataError: if there is nothing to learn from these rows.
        """
        ...
