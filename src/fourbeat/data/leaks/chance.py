"""How often two rows would be equal by nature: the columns say few things, or the same things."""

from collections.abc import Sequence

import numpy as np

ROWS = 2_000
"""Rows that are looked at, all different."""

COLUMNS = 40
"""Columns that are looked at, those in which equal pairs are rarest; more could only make it rarer."""

PAIRS = 30
"""Equal pairs in a column from which on it can be asked how often another one is equal where it is."""


def equal_by_chance(columns: Sequence[np.ndarray]) -> float:
    """The probability that two different rows are equal in all columns, as far as pairs of columns know.

    Each column hangs on the one before it that says most about it (C. K. Chow and C. N. Liu, Approximating
    discrete probability distributions with dependence trees, 1968), so that a city and its population count
    once. Repeated rows must have been taken out: they would explain themselves.

    Args:
        columns: codes of each, int64 of shape (rows,).
    """
    rows = len(columns[0])
    if rows < 2:
        return 1.0
    step = -(-rows // ROWS)
    some = [np.unique(column[::step], return_inverse=True)[1] for column in columns]
    equal = [pairs(column) for column in some]
    kept = np.argsort(equal, kind="stable")[:COLUMNS].tolist()
    count = len(some[0])
    probability, total = 1.0, count * (count - 1) / 2
    for place, number in enumerate(kept):
        share = (equal[number] + 0.5) / (total + 0.5)
        for other in kept[:place]:
            if equal[other] >= PAIRS:
                both = pairs(some[number] * count + some[other])
                share = max(share, both / equal[other])
        probability *= min(share, 1.0)
    return probability


def pairs(codes: np.ndarray) -> float:
    """How many pairs of rows have the same code."""
    counts = np.unique(codes, return_counts=True)[1]
    return int((counts * (counts - 1)).sum()) / 2
