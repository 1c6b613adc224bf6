"""Rows that stand in the table twice: on both sides of the split, or with another label."""

from collections.abc import Iterator

import numpy as np

from fourbeat.data.alike import codes, hashed
from fourbeat.data.leaks.facts import Facts, Leak
from fourbeat.data.record import DataFinding

MOST_ALIKE = 10
"""A table with more rows to a different one than this has few things to say: twins are its nature."""

CHANCE = 10.0
"""Pairs of equal rows must be so many times as many as independent columns would give."""

SHOWN = 5
"""Pairs of rows that a finding shows."""

LARGE = 0.01
"""From this share of the rows that measure on, a finding is an error."""


def look(facts: Facts) -> Iterator[Leak]:
    """Rows that measure and have a twin in training, and equal rows with different labels."""
    keys, chance = keyed(facts)
    _, first, which, counts = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    pairs = float((counts.astype(np.float64) * (counts - 1) / 2).sum())
    possible = len(keys) * (len(keys) - 1) / 2
    if len(first) < len(keys) / MOST_ALIKE or pairs <= CHANCE * chance * possible:
        return
    yield from on_both_sides(facts, keys, which)
    if facts.task != "regression":
        yield from contradictions(facts, which, counts)


def keyed(facts: Facts) -> tuple[np.ndarray, float]:
    """A hash of what the model sees of each row, and how likely two rows are equal by chance.

    By chance: if the columns were independent, the product of the shares of equal pairs in each.
    """
    chance = 1.0
    columns: list[np.ndarray] = []
    for column in facts.used:
        found = codes(facts.values[column.name])
        counts = np.bincount(found).astype(np.float64)
        pairs = max(len(found) * (len(found) - 1.0), 1.0)
        chance *= float((counts * (counts - 1)).sum()) / pairs
        columns.append(found.astype(np.uint64))
    return hashed(columns), chance


def on_both_sides(facts: Facts, keys: np.ndarray, which: np.ndarray) -> Iterator[Leak]:
    """Rows that measure, and that the model was made or chosen by."""
    held, others = facts.held, facts.seen
    order = np.argsort(keys[others], kind="stable")
    ordered = keys[others][order]
    place = np.minimum(np.searchsorted(ordered, keys[held]), len(others) - 1)
    seen = ordered[place] == keys[held]
    if not seen.any():
        return
    rows, twins = held[seen], others[order][place[seen]]
    repeated = len(keys) - int(which.max()) - 1
    entirely = len(keys) - len(np.unique(which * (facts.labels.max() + 1) + facts.labels))
    same = facts.labels[rows] == facts.labels[twins]
    share = len(rows) / len(held)
    finding = DataFinding(
        rule="rows-on-both-sides",
        severity="error" if share >= LARGE else "warning",
        message=f"{len(rows):,} of {len(held):,} {facts.side} rows have the features of a row on another "
        f"side, {int(same.sum()):,} of them the target as well. In the whole table {repeated:,} rows repeat "
        f"the features of one before them, {entirely:,} of them the target as well",
        fix="Keep equal rows on one side: --group '*'; or remove the repetitions",
        count=len(rows),
        evidence={
            "share": round(share, 4),
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
        message=f"{len(torn):,} combinations of features have more than one label, in {rows:,} rows: no "
        "model can get them all right",
        fix="Look at these rows: a label is wrong, or a column that tells them apart is missing",
        count=len(torn),
        evidence={"combinations": len(torn), "rows": rows},
        rows=shown,
    )
    yield Leak(finding)
