"""Several labels, each a column of 0 and 1."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import torch

from fourbeat.config.data import DataConfig
from fourbeat.data.arrow import pc
from fourbeat.data.gather import Gathered
from fourbeat.data.labels import FEWEST_ROWS, texts
from fourbeat.data.numbers import FALSEHOOD, TRUTH
from fourbeat.data.record import LabelRecord
from fourbeat.data.targets.target import Strata, Target
from fourbeat.errors import DataError, Problem
from fourbeat.types import Values

MEANING = {"0": 0, "1": 1, **dict.fromkeys(FALSEHOOD, 0), **dict.fromkeys(TRUTH, 1)}


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of all rows, 0 or 1, int64 of shape (rows, labels)."""

    names: Sequence[str]
    ones: np.ndarray
    place: str

    @property
    def strata(self) -> Strata:
        """Each row by the rarest value that it has, so that every side gets its share of it.

        A group too small to be shared out goes to the largest one.
        """
        rows = len(self.ones)
        counts = self.ones.sum(axis=0)
        rare = self.ones == (counts * 2 <= rows)
        groups = np.full(rows, len(self.names))
        # The rarest value is written last.
        for label in np.argsort(-np.minimum(counts, rows - counts), kind="stable"):
            groups[rare[:, label]] = label
        sizes = np.bincount(groups)
        groups[sizes[groups] < FEWEST_ROWS] = sizes.argmax()
        kept, numbers = np.unique(groups, return_inverse=True)
        names = [*self.names, "none of the labels"]
        return Strata("stratified by rarest label", numbers, [names[i] for i in kept])

    def fit(self, train: np.ndarray) -> Target:
        """Float32 of shape (rows, labels), if each label has a training row with 0 and one with 1."""
        counts = self.ones[train].sum(axis=0)
        problems = [
            Problem(
                f"label {name!r} is {int(count > 0)} in every training row",
                self.place,
                "Leave out this --target, or add rows",
            )
            for name, count in zip(self.names, counts, strict=True)
            if count in (0, len(train))
        ]
        if problems:
            raise DataError(problems)
        records = [
            LabelRecord(name=name, ones=int(count))
            for name, count in zip(self.names, counts, strict=True)
        ]
        note = "The loss is the binary cross-entropy of each label, its mean over the labels."
        return Target(torch.from_numpy(self.ones.astype(np.float32)), [note], labels=records)


def read(gathered: Gathered, config: DataConfig) -> Labels:
    """The columns as 0 and 1.

    Raises:
        DataError: naming every column and row that has another value, or none.
    """
    columns: list[np.ndarray] = []
    problems: list[Problem] = []
    for target in config.targets:
        parts: list[np.ndarray] = []
        for place, values in gathered.parts(target):
            try:
                parts.append(truths(texts(values, config.relabel, place), place))
            except DataError as error:
                problems += error.problems
        if not problems:
            columns.append(np.concatenate(parts))
    if problems:
        raise DataError(problems)
    return Labels(config.targets, np.stack(columns, axis=1), gathered.names[0])


def truths(values: Values, place: str) -> np.ndarray:
    """Label texts as 0 and 1, int64 of shape (rows,).

    Raises:
        DataError: naming the texts that are neither, and their rows.
    """
    lower = pc.utf8_lower(pc.utf8_trim_whitespace(values))
    index = pc.index_in(lower, value_set=pa.array(list(MEANING)))
    strange = np.flatnonzero(pc.is_null(index).to_numpy(zero_copy_only=False))
    if len(strange):
        shown = ", ".join(f"{values[int(row)].as_py()!r} (row {row + 1})" for row in strange[:5])
        more = ", …" if len(strange) > 5 else ""
        raise DataError(
            f"{len(strange):,} value{'s are' if len(strange) > 1 else ' is'} neither 0 nor 1: {shown}{more}",
            place,
            "Labels are 0 or 1, true or false, yes or no; say others by --set data.relabel",
        )
    return np.array(list(MEANING.values()))[index.to_numpy()]
