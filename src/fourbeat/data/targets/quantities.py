"""A quantity: one column of numbers, standardised by the training rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import torch

from fourbeat.config.data import DataConfig
from fourbeat.data.arrow import pc
from fourbeat.data.gather import Gathered
from fourbeat.data.naming import rows_said
from fourbeat.data.record import QuantityRecord
from fourbeat.data.schema import FLOAT32_MAX
from fourbeat.data.source import NUMERIC_NULLS
from fourbeat.data.targets.target import Strata, Target
from fourbeat.errors import DataError, Problem
from fourbeat.types import Values

FEWEST_ROWS = 3
"""Rows that training, validation and test need."""


@dataclass(frozen=True, slots=True)
class Quantities:
    """The numbers of all rows, float64 of shape (rows,)."""

    name: str
    numbers: np.ndarray
    place: str

    @property
    def strata(self) -> Strata:
        """None: every row is as likely to be on a side as any other."""
        return Strata("random", np.zeros(len(self.numbers), np.int64), ["rows"])

    def fit(self, train: np.ndarray) -> Target:
        """Standardised, float32 of shape (rows, 1)."""
        known = self.numbers[train]
        low, high = float(known.min()), float(known.max())
        mean, std = float(known.mean()), float(known.std())
        if not std > 0:  # also where it is too small for a number
            raise DataError(
                f"the target is {low:g} in every training row: there is nothing to learn",
                self.place,
                "Choose another --target, or split otherwise",
            )
        values = ((self.numbers - mean) / std).astype(np.float32)[:, None]
        note = (
            f"Target: {mean:.6g} ± {std:.6g} (mean and standard deviation of the training rows), "
            f"from {low:.6g} to {high:.6g}. The loss is the mean squared error of "
            f"({self.name} - mean) / std; all else is in the target's own units."
        )
        record = QuantityRecord(mean=mean, std=std, low=low, high=high)
        return Target(torch.from_numpy(values), [note], quantity=record)


def read(gathered: Gathered, config: DataConfig) -> Quantities:
    """The target's numbers.

    Raises:
        DataError: naming every row without a number, with a text, or with one too large.
    """
    (target,) = config.targets
    parts: list[np.ndarray] = []
    places: list[str] = []
    problems: list[Problem] = []
    for place, values in gathered.parts(target):
        numbers, wrong = numbers_of(values, config.missing, place)
        parts.append(numbers)
        places.append(place)
        problems += wrong
    if problems:
        raise DataError(problems)
    if gathered.counts[0] < FEWEST_ROWS:
        raise DataError(f"the table has fewer than {FEWEST_ROWS} rows", places[0], "Add rows")
    return Quantities(target, np.concatenate(parts), places[0])


def numbers_of(
    values: Values, missing: Sequence[str], place: str
) -> tuple[np.ndarray, list[Problem]]:
    """A column as float64 of shape (rows,), and what keeps it from being one."""
    kind, problems = values.type, list[Problem]()
    if pa.types.is_string(kind):
        numbers, strange = of_texts(values, [*NUMERIC_NULLS, *missing])
        if strange:
            shown = ", ".join(f"{text!r} (row {row + 1})" for row, text in strange[:5])
            more = ", …" if len(strange) > 5 else ""
            count = f"{len(strange):,} value{'s are no numbers' if len(strange) > 1 else ' is no number'}"
            problems.append(
                Problem(
                    f"{count}: {shown}{more}",
                    place,
                    "Correct them; for classes leave out --task regression",
                )
            )
        gone = np.isnan(numbers)
        gone[[row for row, _ in strange]] = False
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
        numbers = values.cast(pa.float64(), safe=False).to_numpy()
        gone = np.isnan(numbers)
    else:
        fact = f"the target's values are of type {kind}: not numbers"
        remedy = "Choose another --target; for classes leave out --task regression"
        return np.zeros(len(values)), [Problem(fact, place, remedy)]
    for fact, rows, remedy in (
        ("no value", np.flatnonzero(gone), "Remove these rows, or fill the value in"),
        (
            "a value that is infinite or too large for float32",
            np.flatnonzero(np.abs(numbers) > FLOAT32_MAX),
            "Correct it, or remove these rows",
        ),
    ):
        if len(rows):
            said = f"{len(rows):,} row{'s have' if len(rows) > 1 else ' has'} {fact}"
            problems.append(Problem(said, f"{place}, {rows_said(rows)}", remedy))
    return numbers, problems


def of_texts(values: Values, gone: Sequence[str]) -> tuple[np.ndarray, list[tuple[int, str]]]:
    """Texts as float64, NaN where there is no number, and the rows that have another text."""
    numbers = np.full(len(values), np.nan)
    strange: list[tuple[int, str]] = []
    for row, text in enumerate(pc.utf8_trim_whitespace(values).to_pylist()):
        if text is None or text in gone:
            continue
        try:
            numbers[row] = float("_" if "_" in text else text)  # Python reads 1_000
        except ValueError:
            strange.append((row, text))
    return numbers, strange
