"""Rows that stand in the table twice: on both sides of the split, or with another label."""

from collections.abc import Iterator
from math import log

import numpy as np

from fourbeat.data.alike import codes, equal_in, hashed
from fourbeat.data.leaks.chance import equal_by_chance, pairs
from fourbeat.data.leaks.facts import Facts, Leak
from fourbeat.data.record import DataFinding

MOST_ALIKE = 10
"""A table with more rows to a different one than this has few things to say: twins are its nature."""

MOST_COPIES = 20
"""Rows of one combination that can have come from one by mistake; more are a state that many rows are in,"""

MANY = 30
"""if there are fewer such combinations."""

CHANCE, UNLIKELY = 2.0, 1e-5
"""Combinations of features that repeat must be so many times as many as equal pairs are expected by nature,
and so many with at most this probability."""

COPIED = 0.7
"""How often they have one target, beyond chance: rows that were copied keep it, rows that are alike by nature
need not."""

SURE = 100.0
"""Of so many times as many as are expected nothing else is asked."""

TOGETHER = "Keep equal rows on one side: --group '*'. Or: "

SHOWN = 5
"""Pairs of rows that a finding shows."""

LARGE = 0.01
"""From this share of the rows that measure on, a finding is an error."""


def look(facts: Facts) -> Iterator[Leak]:
    """Rows that measure and have a twin in training, and equal rows with different labels."""
    keys = hashed(codes(facts.values[column.name]).astype(np.uint64) for column in facts.used)
    _, first, which, counts = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    if len(facts.used) == 1 and facts.used[0].type != "text":
        return  # in one column there is no telling
    repeated = int((counts > 1).sum())
    if repeated < MANY:
        repeated = int(((counts > 1) & (counts <= MOST_COPIES)).sum())
    if not repeated or len(first) < len(keys) / MOST_ALIKE:
        return
    columns = [codes(facts.values[column.name])[first] for column in facts.used]
    expected = equal_by_chance(columns) * len(keys) * (len(keys) - 1) / 2
    if repeated < CHANCE * expected or not unlikely(repeated, expected):
        return
    if repeated < SURE * expected and copied(facts.labels, which) < COPIED:
        return
    yield from on_both_sides(facts, keys, which)
    if facts.task != "regression":
        yield from contradictions(facts, which, counts)


def unlikely(count: int, expected: float) -> bool:
    """Whether a Poisson variable is as large with a probability below `UNLIKELY`, by Chernoff's bound."""
    return count - expected - count * log(count / expected) < log(UNLIKELY)


def copied(labels: np.ndarray, which: np.ndarray) -> float:
    """How much more often two rows of a combination have one target than any two: 0 as often, 1 always.

    Every combination counts alike, so that one of many rows decides nothing.
    """
    kinds = int(labels.max()) + 1
    cells, held = np.unique(which * kinds + labels, return_counts=True)
    counts = np.bincount(which).astype(np.float64)
    same = np.bincount(cells // kinds, held * (held - 1.0), len(counts))
    many = counts > 1
    both = float((same[many] / (counts[many] * (counts[many] - 1))).mean())
    any_two = pairs(labels) / (len(labels) * (len(labels) - 1) / 2)
    return (both - any_two) / (1 - any_two) if any_two < 1 else 0.0


def on_both_sides(facts: Facts, keys: np.ndarray, which: np.ndarray) -> Iterator[Leak]:
    """Rows that measure, and that the model was made or chosen by."""
    held, others = facts.held, facts.seen
    twin = equal_in(keys[held], keys[others], others)
    seen = twin >= 0
    if not seen.any():
        return
    rows, twins = held[seen], twin[seen]
    repeated = len(keys) - int(which.max()) - 1
    entirely = len(keys) - len(np.unique(which * (facts.labels.max() + 1) + facts.labels))
    same = facts.labels[rows] == facts.labels[twins]
    flattering = int(same.sum()) / len(held)  # a repetition with another target is none
    finding = DataFinding(
        rule="rows-on-both-sides",
        severity="error" if flattering >= LARGE else "warning",
        message=f"{len(rows):,} of {len(held):,} {facts.side} rows have the features of a row on another "
        f"side, {int(same.sum()):,} of them the target as well. In the whole table {repeated:,} rows repeat "
        f"the features of one before them, {entirely:,} of them the target as well",
        fix=f"{TOGETHER * facts.shuffled}Remove the repetitions",
        count=len(rows),
        evidence={
            "share": round(len(rows) / len(held), 4),
            "same_target": int(same.sum()),
            "repeated": repeated,
            "repeated_entirely": entirely,
        },
        rows=[
            [facts.where(int(a)), facts.where(int(b))]
            for a, b in zip(twins[:SHOWN], rows[:SHOWN], strict=True)
        ],
    )
    yield Leak(finding, rows)


def contradictions(facts: Facts, which: np.ndarray, counts: np.ndarray) -> Iterator[Leak]:
    """Rows that are equal but for the label."""
    labels = facts.labels
    many = int(labels.max()) + 1
    pairs = np.unique(which * many + labels)
    torn = np.flatnonzero(np.bincount(pairs // many, minlength=len(counts)) > 1)
    if not len(torn):
        return
    rows = int(counts[torn].sum())
    shown: list[list[str]] = []
    for number in torn[:SHOWN]:
        alike = np.flatnonzero(which == number)
        other = alike[labels[alike] != labels[alike[0]]][0]
        shown.append([facts.where(int(alike[0])), facts.where(int(other))])
    finding = DataFinding(
        rule="labels-that-disagree",
        severity="warning",
        message=f"{len(torn):,} combination{'s' * (len(torn) > 1)} of features ha{'ve' if len(torn) > 1 else 's'} "
        f"more than one label, in {rows:,} rows: no model can get them all right",
        fix="Look at these rows: a label is wrong, or a column that tells them apart is missing",
        count=len(torn),
        evidence={"combinations": len(torn), "rows": rows},
        rows=shown,
    )
    yield Leak(finding)
