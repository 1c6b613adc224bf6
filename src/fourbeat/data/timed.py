"""Rows in the order of time: what trains is older than what validates, and that than what tests."""

import numpy as np

from fourbeat.data.naming import rows_said
from fourbeat.errors import DataError


def cut(times: np.ndarray, shares: list[float], place: str) -> list[np.ndarray]:
    """Row numbers of each side, sorted, the oldest rows on the first side.

    Rows of one moment are on one side: the later one of the two that they would be on.

    Args:
        times: of each row, float64 of shape (rows,).
        shares: of the sides that have rows.
        place: what messages call the column.

    Raises:
        DataError: for rows without a time, and where too many rows have the same.
    """
    gone = np.flatnonzero(np.isnan(times))
    if len(gone):
        fact = f"{len(gone):,} rows have no time to split by"
        raise DataError(fact, f"{place}, {rows_said(gone)}", "Fill it in, or remove these rows")
    ordered = np.sort(times)
    ends = np.round(np.cumsum(shares)[:-1] * len(times)).astype(np.int64)
    starts = ordered[np.minimum(ends, len(times) - 1)]
    side = np.searchsorted(starts, times, side="right")
    sides = [np.flatnonzero(side == number) for number in range(len(shares))]
    if not all(map(len, sides)):
        fact = "too many rows have the same time: a side of the split would be empty"
        raise DataError(fact, place, "Choose another column, or other shares")
    return sides


def purged(sides: list[np.ndarray], groups: np.ndarray, times: np.ndarray) -> list[np.ndarray]:
    """Sides in which each group is on the side of its first row alone, its later rows left out.

    So no group is on two sides, and no row of a side is as late as those of the next one.

    Args:
        sides: by time; see `cut`.
        groups: of each row, from 0.
        times: of each row.
    """
    side = np.zeros(len(times), np.int64)
    for number, rows in enumerate(sides):
        side[rows] = number
    first = np.full(int(groups.max()) + 1, len(sides))
    np.minimum.at(first, groups, side)
    kept = first[groups] == side
    return [rows[kept[rows]] for rows in sides]
