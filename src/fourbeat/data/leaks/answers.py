"""Columns that give the answer away."""

from collections.abc import Iterator

import numpy as np

from fourbeat.data.column import Column
from fourbeat.data.leaks import belonging, called, decided, later, wording
from fourbeat.data.leaks.facts import Facts, Leak, middle_ranks
from fourbeat.data.naming import flag
from fourbeat.data.numbers import as_numbers
from fourbeat.data.record import DataFinding
from fourbeat.measure.ranking import Ranking, areas

FINDINGS = ("gives-the-answer", "known-only-afterwards")
"""What this file finds: columns are guilty, and no rows."""

ALMOST, ALONE = 0.98, 0.99
"""A column that by itself ranks rows with an area under the ROC curve of this much is suspect, and gives the
answer,"""

MOST, ALL = 0.99, 0.995
"""or that explains so much of a quantity's variance. All are of the lower end of an interval of two standard
errors: of few rows a column of chance is the best of many."""

KNOWN = 0.1
"""Rows in which a column must have a value to be judged by these."""

FEWEST = 30
"""Rows by which a number follows a quantity."""

PRIOR = 2.0
"""Rows of the mean that are added to each part, so that small parts say little."""


def look(facts: Facts) -> Iterator[Leak]:
    """Columns that predict the target almost alone, and those that are named like them."""
    guilty: list[Column] = []
    for column in facts.used:
        named = called.something(column.name)
        if named and facts.shuffled and belonging.is_group(facts, column):
            continue  # who it is, and not what: another rule
        found = alone(facts, column) or decided.look(facts, column) or wording.look(facts, column)
        if found is not None:
            guilty.append(column)
            yield Leak(found)
    yield from later.look(facts, guilty)


def alone(facts: Facts, column: Column) -> DataFinding | None:
    """Whether a column by itself predicts the target, in all rows or in those where it has a value."""
    parts = facts.parts(column.name)
    every, known = np.arange(len(parts)), np.flatnonzero(parts)
    found = follows(facts, column) or predicts(facts, column, parts, every)
    if found is None and KNOWN * len(parts) <= len(known) < len(parts):
        found = predicts(facts, column, parts, known)
    return found


def follows(facts: Facts, column: Column) -> DataFinding | None:
    """Whether a quantity rises, or falls, with a number: the share of the variance of ranks."""
    if facts.task != "regression" or column.type not in ("numeric", "datetime"):
        return None
    numbers = as_numbers(column, facts.values[column.name])
    known = np.flatnonzero(~np.isnan(numbers))
    if len(known) < max(FEWEST, KNOWN * len(numbers)):
        return None
    pair = middle_ranks(numbers[known]), middle_ranks(facts.outcomes[known, 0])
    if min(np.ptp(one) for one in pair) == 0:
        return None
    score = float(np.corrcoef(*pair)[0, 1]) ** 2
    low = low_of(score, len(known))
    if low < MOST:
        return None
    what = f"explains {score:.1%} of the target's ranks, in {len(known):,} rows: one rises or falls with the other"
    return finding(column, what, score, low, ALL)


def predicts(
    facts: Facts, column: Column, parts: np.ndarray, every: np.ndarray
) -> DataFinding | None:
    """Whether it predicts each of these rows by all others, and those held out by those that train."""
    mean = facts.outcomes[every].mean(axis=0)
    sums, counts = summed(parts, every, facts.outcomes)
    others = sums[parts] - facts.outcomes
    said = (others + PRIOR * mean) / np.maximum(counts[parts] - 1 + PRIOR, 1)[:, None]
    score, low = strength(facts, said[every], every)
    suspect, sure = (MOST, ALL) if facts.task == "regression" else (ALMOST, ALONE)
    if low < suspect:
        return None
    train, held = (np.intersect1d(rows, every) for rows in (facts.rows.train, facts.held))
    sums, counts = summed(parts, train, facts.outcomes)
    said = (sums[parts] + PRIOR * mean) / (counts[parts] + PRIOR)[:, None]
    if not len(held) or strength(facts, said[held], held)[0] < suspect:
        return None
    what = (
        f"explains {score:.1%} of the target's ranks"
        if facts.task == "regression"
        else f"predicts the target almost alone: the area under its ROC curve is {score:.4f}"
    )
    what += f", of {len(every):,} rows, each predicted from all the others"
    return finding(column, what, score, low, sure)


def finding(column: Column, what: str, score: float, low: float, sure: float) -> DataFinding:
    """A column that gives the answer, an error from a lower end of `sure` on."""
    return DataFinding(
        rule="gives-the-answer",
        severity="error" if low >= sure else "warning",
        message=f"column {column.name!r} {what}",
        fix=f"If it is not known when you predict, leave it out: {flag(column.name)}",
        columns=[column.name],
        evidence={"score": round(score, 6), "low": round(low, 6)},
    )


def summed(
    parts: np.ndarray, rows: np.ndarray, outcomes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sums of the outcomes of these rows in each part, of shape (parts, k), and how many rows it has."""
    many, here = int(parts.max()) + 1, parts[rows]
    sums = np.stack([np.bincount(here, one, many) for one in outcomes[rows].T], axis=1)
    return sums, np.bincount(here, minlength=many)


def strength(facts: Facts, said: np.ndarray, rows: np.ndarray) -> tuple[float, float]:
    """How well this predicts the outcomes of these rows, and the same less two standard errors.

    Explained variance, the mean area under the ROC curve, or of several labels the largest one.
    """
    true = facts.outcomes[rows]
    if facts.task == "regression":
        left, spread = ((said - true) ** 2).sum(), ((true - true.mean(axis=0)) ** 2).sum()
        found = float(1 - left / spread) if spread else 0.0
        return found, low_of(found, len(rows))
    positive = (true > 0).sum(axis=0)
    area = areas(Ranking(said, true > 0).counts())
    known = ~np.isnan(area)
    if not known.any():
        return 0.0, 0.0
    low = lower(area[known], positive[known], len(rows) - positive[known])
    if facts.task == "multilabel":
        best = int(low.argmax())
        return float(area[known][best]), float(low[best])
    return float(area[known].mean()), float(low.mean())


def low_of(explained: float, rows: int) -> float:
    """A share of explained variance less two standard errors."""
    return explained - 2 * (4 * abs(explained) * (1 - explained) ** 2 / rows) ** 0.5


def lower(area: np.ndarray, positive: np.ndarray, negative: np.ndarray) -> np.ndarray:
    """Areas under ROC curves less two standard errors (Hanley and McNeil, Radiology 143, 1982).

    An area of 1 has none by that formula: half a row of the rarer kind is taken to be wrong.
    """
    area = np.minimum(area, 1 - 0.5 / np.minimum(positive, negative))
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area)
    spread += (positive - 1) * (one - area**2) + (negative - 1) * (two - area**2)
    return area - 2 * np.sqrt(spread / (positive * negative))
