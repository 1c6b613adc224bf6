"""Whether the difference between two runs' test results is more than chance: pairs of the same rows."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np

from fourbeat.data.record import DataRecord
from fourbeat.job.results.answers import Kept, read
from fourbeat.loop.select import DIRECTIONS
from fourbeat.measure.bootstrap import differences
from fourbeat.measure.checked import Bools, Floats, Ints
from fourbeat.measure.figures import Figures, OfClasses, OfLabels, OfQuantities
from fourbeat.measure.mcnemar import mcnemar
from fourbeat.receipt.model import Receipt

LOWER = ("log_loss", "brier", "rmse", "mae")
"""Metrics of which less is better."""

CHANCE = 0.05
"""A smaller probability is taken for no accident."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One metric on the same test rows.

    Attributes:
        first, second: its values.
        difference: second minus first.
        interval: of 95 %; None for too few rows.
        better: 1 or 2 where the interval leaves no doubt, else 0.
    """

    metric: str
    first: float
    second: float
    difference: float
    interval: tuple[float, float] | None
    better: int


@dataclass(frozen=True, slots=True)
class McNemar:
    """Rows that only one of the two has right, and how likely so unequal a share would be by chance."""

    only_first: int
    only_second: int
    p: float

    @property
    def better(self) -> int:
        """1 or 2 where it is no accident, else 0."""
        return 0 if self.p >= CHANCE else 1 if self.only_first > self.only_second else 2


@dataclass(slots=True)
class Pairing:
    """The comparison on the test rows.

    Attributes:
        rows: how many were paired.
        metrics: each by itself.
        mcnemar: None for a quantity.
        refused: why nothing could be paired; None where it could.
    """

    rows: int = 0
    metrics: list[Compared] = field(default_factory=list[Compared])
    mcnemar: McNemar | None = None
    refused: str | None = None


def pair(one: tuple[Path, Receipt], other: tuple[Path, Receipt], seed: int = 0) -> Pairing:
    """Compare two runs on their test rows, if these are the same.

    Args:
        one, other: directory and receipt.
        seed: of the resamples.
    """
    refused = reason(one[1], other[1])
    if refused:
        return Pairing(refused=refused)
    a, b = (kept_of(*run) for run in (one, other))
    for kept, (directory, _) in ((a, one), (b, other)):
        if kept is None:
            return Pairing(refused=f"{directory.name} kept no answers of its test rows")
    assert a is not None
    assert b is not None
    if not (np.array_equal(a.rows, b.rows) and np.array_equal(a.target, b.target)):
        return Pairing(refused="the kept answers are of other rows, or their targets differ")
    record = one[1].data
    assert record is not None
    first, second = figures(a, record), figures(b, record)
    before, after = first.of(), second.of()
    names = [name for name in before if np.isfinite(before[name]) and np.isfinite(after[name])]
    found = differences(second, first, names, seed)
    return Pairing(
        rows=len(a.rows),
        metrics=[
            Compared(
                name,
                before[name],
                after[name],
                found[name].value,
                found[name].interval,
                better(name, found[name].sign),
            )
            for name in names
        ],
        mcnemar=None if record.quantity else McNemar(*mcnemar(right(a, record), right(b, record))),
    )


def better(metric: str, sign: int) -> int:
    """Which run is, by the sign of second minus first."""
    lower = metric in LOWER or DIRECTIONS.get(metric) == "min"
    return 0 if sign == 0 else 2 if (sign > 0) != lower else 1


def reason(first: Receipt, second: Receipt) -> str | None:
    """Why the test rows of two runs are not the same; None where they are."""
    a, b = first.data, second.data
    if a is None or b is None:
        return "a run whose data is not declared keeps no answers"
    if (a.task, a.target) != (b.task, b.target):
        return f"they predict something else: {a.aim[0]} ({a.task}) and {b.aim[0]} ({b.task})"
    if a.classes != b.classes:
        return "their classes differ"
    if "test" not in first.results or "test" not in second.results:
        return "one of them has no test rows"
    if [file.sha256 for file in a.files] != [file.sha256 for file in b.files]:
        return "their data files differ"
    if not a.files and first.code.modules != second.code.modules:
        return "the code that makes their data differs"
    if a.split.rows_sha256.get("test") != b.split.rows_sha256.get("test"):
        return "their test rows are not the same (one split needs the same seed, or a column that says it)"
    return None


def kept_of(directory: Path, receipt: Receipt) -> Kept | None:
    """The answers on the test rows."""
    assert receipt.data is not None
    return read(directory, "test", receipt.data)


def figures(kept: Kept, record: DataRecord) -> Figures:
    """Made ready for being measured."""
    if record.quantity is not None:
        return OfQuantities(kept.said[:, 0], cast(Floats, kept.target))
    if record.labels:
        return OfLabels(kept.said, cast(Bools, kept.target))
    return OfClasses(kept.said, cast(Ints, kept.target))


def right(kept: Kept, record: DataRecord) -> Bools:
    """Which rows are right: the likeliest class, or every label."""
    if record.labels:
        return ((kept.said >= 0.5) == kept.target).all(axis=1)
    return kept.said.argmax(axis=1) == kept.target
