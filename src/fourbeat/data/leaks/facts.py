"""What the rules of this room look at, and what several of them ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fourbeat.data.alike import codes
from fourbeat.data.arrow import CAST_ERRORS
from fourbeat.data.column import Column
from fourbeat.data.numbers import as_numbers
from fourbeat.data.record import DataFinding
from fourbeat.data.split import Rows
from fourbeat.types import TaskName, Values

MOST_CLASSES = 16
"""Of more classes the most frequent so many are looked at one by one."""

BINS = 50
"""A number of more different values is cut into so many parts of equal size,"""

PART = 10
"""or into fewer, so that each has so many rows."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A finding, with what a result is measured again without.

    Attributes:
        finding: for the receipt.
        rows: the guilty ones among those that measure, int64; none where a column is guilty.
    """

    finding: DataFinding
    rows: np.ndarray | None = None


@dataclass(frozen=True)
class Facts:
    """A table that was divided, before it is encoded.

    Attributes:
        values: of the columns, the ignored ones among them, without the targets.
        columns: what they are.
        target: class numbers of shape (rows,), or float32 of shape (rows, outputs).
        names: of the classes or labels; empty for a quantity.
        targets: names of the columns to predict.
        task: what the target is.
        rows: row numbers of each side.
        shuffled: whether rows were divided at random, one by one.
        files: names and rows of the files, one below the other.
    """

    values: Mapping[str, Values]
    columns: Sequence[Column]
    target: np.ndarray
    names: Sequence[str]
    targets: Sequence[str]
    task: TaskName
    rows: Rows
    shuffled: bool
    files: Sequence[tuple[str, int]]

    @cached_property
    def held(self) -> np.ndarray:
        """The rows that measure: those of the test, or of the validation where there is none."""
        return self.rows.test if len(self.rows.test) else self.rows.validation

    @cached_property
    def seen(self) -> np.ndarray:
        """The rows by which the model was made or chosen: all others that are on a side."""
        if len(self.rows.test):
            return np.sort(np.concatenate([self.rows.train, self.rows.validation]))
        return self.rows.train

    @property
    def side(self) -> str:
        """What these rows are called."""
        return "test" if len(self.rows.test) else "validation"

    @property
    def used(self) -> list[Column]:
        """The columns that the model sees."""
        return [column for column in self.columns if column.used]

    @cached_property
    def shown(self) -> list[int]:
        """The classes or labels that `outcomes` are of, ascending."""
        if self.task != "classification" or len(self.names) <= MOST_CLASSES:
            return list(range(len(self.names)))
        counts = np.bincount(self.target, minlength=len(self.names))
        return sorted(np.argsort(-counts, kind="stable")[:MOST_CLASSES].tolist())

    @cached_property
    def outcomes(self) -> np.ndarray:
        """The target as float64 of shape (rows, k): a 1 for each row's class, labels, or a quantity's rank.

        The rank, between 0 and 1, so that single large values decide nothing. Classes are those of `shown`.
        """
        if self.task == "classification":
            return (self.target[:, None] == np.array(self.shown)).astype(np.float64)
        if self.task == "regression":
            return (middle_ranks(self.target) / max(len(self.target) - 1, 1))[:, None]
        return self.target.astype(np.float64)

    @cached_property
    def labels(self) -> np.ndarray:
        """A number for each different target, int64 of shape (rows,)."""
        if self.task == "classification":
            return self.target
        return np.unique(self.target, axis=0, return_inverse=True)[1].reshape(-1)

    def where(self, row: int) -> str:
        """A row as the user finds it: `test.csv row 12`, counted from 1 without the header."""
        return place_of(self.files, row)

    def parts(self, name: str) -> np.ndarray:
        """The part of its column that each row is in, int64 of shape (rows,) from 0.

        Equal values are in one part; numbers of many values are cut by quantiles; 0 is no value.
        """
        column = next(column for column in self.columns if column.name == name)
        if column.type in ("numeric", "datetime"):
            try:
                return cut(as_numbers(column, self.values[name]))
            except CAST_ERRORS:
                pass
        return codes(self.values[name])


def middle_ranks(numbers: np.ndarray) -> np.ndarray:
    """The place of each number in their order, from 0, float64; equal ones share the middle of theirs."""
    _, place, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    middle = counts.cumsum() - (counts + 1) / 2
    return middle[place.reshape(-1)]


def place_of(files: Sequence[tuple[str, int]], row: int) -> str:
    """A row of several files, one below the other: `test.csv row 12`, counted from 1."""
    for name, count in files:
        if row < count:
            return f"{name} row {row + 1}"
        row -= count
    raise IndexError(row)


def cut(numbers: np.ndarray) -> np.ndarray:
    """Parts of equal size, or single values where they are few; see `Facts.parts`."""
    known = numbers[~np.isnan(numbers)]
    different = np.unique(known)
    most = min(BINS, max(2, len(known) // PART))
    if len(different) > most:
        levels = np.linspace(0, 1, most + 1)[1:-1]
        different = np.unique(np.quantile(known, levels, method="inverted_cdf"))
    places = np.searchsorted(different, numbers, side="left") + 1
    return np.where(np.isnan(numbers), 0, places)
