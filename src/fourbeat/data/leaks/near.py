"""Rows that are nearly equal to one on another side: every category the same, every number close."""

from collections.abc import Iterator

import numpy as np

from fourbeat.data.alike import codes, hashed
from fourbeat.data.leaks.facts import Facts, Leak
from fourbeat.data.leaks.twins import LARGE, SHOWN
from fourbeat.data.numbers import as_numbers
from fourbeat.data.record import DataFinding

CLOSE = (1e-3, 1e-2, 5e-2)
"""Standard deviations that each number may be off, the finest in which there are near rows."""

MANY_NUMBERS = 4
"""Numbers that a row needs for all but the finest."""

KEYED = 12
"""Numbers by which near rows are found; they are compared in all."""

CELL = 40.0
"""The side of the cells by which near rows are found, in units of the distance."""

GRIDS = 4
"""Cells are laid so many times, each time shifted: a pair is cut apart by one grid, not by all."""

FINE = 100
"""Different values that a number needs to be fine enough to be nearly equal."""

FEWEST_NUMBERS = 2
"""Such numbers that a row needs: one alone is close to that of many rows."""

FEWEST = 3
"""Rows that have a near one on another side."""

AROUND, CLUSTERED = 10.0, 0.5
"""By chance, near rows are few among those that lie within so many times the distance. Repetitions are
this share of them at least."""


def kind_of(numbers: np.ndarray) -> np.ndarray:
    """A number, none, or one of the two infinities, as uint64."""
    rest = np.where(np.isfinite(numbers), 0.0, numbers)
    return np.nan_to_num(rest, nan=1.0, posinf=2.0, neginf=3.0).astype(np.uint64)


def spread_of(numbers: np.ndarray) -> float:
    """The standard deviation, or by the middle half of the numbers if that is less: tails make it large."""
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        return 0.0
    low, high = np.quantile(finite, [0.25, 0.75])
    middle, whole = float(high - low) / 1.349, float(finite.std())
    return min(middle, whole) if middle > 0 else whole


def look(facts: Facts) -> Iterator[Leak]:
    """Rows that measure and have a near one on another side, not an equal one."""
    fine: list[np.ndarray] = []
    cells: list[np.ndarray] = []
    for column in facts.used:
        values = facts.values[column.name]
        if column.type in ("numeric", "datetime"):
            numbers = as_numbers(column, values)
            spread = spread_of(numbers)
            if spread > 0 and len(np.unique(numbers)) >= FINE:
                finite = np.isfinite(numbers)
                fine.append(np.where(finite, numbers, 0.0) / spread)
                if not finite.all():
                    cells.append(kind_of(numbers))
                continue
        cells.append(codes(values).astype(np.uint64))
    if len(fine) < FEWEST_NUMBERS:
        return
    numbers = np.stack(fine, axis=1)
    for close in CLOSE if len(fine) >= MANY_NUMBERS else CLOSE[:1]:
        near, around = nearest(facts, numbers, cells, close)
        if (near >= 0).sum() >= max(FEWEST, CLUSTERED * around):
            yield finding(facts, near, close)
            return


def nearest(
    facts: Facts, numbers: np.ndarray, cells: list[np.ndarray], close: float
) -> tuple[np.ndarray, int]:
    """The near row on another side for each row that measures, -1 where there is none.

    And how many have one within `AROUND` times the distance.
    """
    held, others = facts.held, facts.seen
    near = np.full(len(held), -1)
    around = np.zeros(len(held), bool)
    for grid in range(GRIDS):
        shifted = np.floor(numbers[:, :KEYED] / (CELL * close) + grid / GRIDS).astype(np.int64)
        keys = hashed([*cells, *shifted.T.astype(np.uint64)])
        order = np.argsort(keys[others], kind="stable")
        ordered = keys[others][order]
        low, high = (np.searchsorted(ordered, keys[held], side=side) for side in ("left", "right"))
        for step in range(SHOWN):  # a cell holds a few rows at most, or rows are near by nature
            there = (near < 0) & (low + step < high)
            candidates = others[order[(low + step)[there]]]
            off = np.abs(numbers[held[there]] - numbers[candidates])
            other = (off > 0).any(axis=1)
            found = (off <= close).all(axis=1) & other
            near[np.flatnonzero(there)[found]] = candidates[found]
            around[np.flatnonzero(there)[(off <= AROUND * close).all(axis=1) & other]] = True
    return near, int(around.sum())


def finding(facts: Facts, near: np.ndarray, close: float) -> Leak:
    """The rows that measure and have a near one."""
    held, found = facts.held, near >= 0
    rows, twins = held[found], near[found]
    share = len(rows) / len(held)
    said = DataFinding(
        rule="near-rows-on-both-sides",
        severity="error" if share >= LARGE else "warning",
        message=f"{len(rows):,} of {len(held):,} {facts.side} rows are equal to one on another side but for "
        f"numbers that differ by less than {close} standard deviations",
        fix="Split by --group of what makes rows alike, or remove the repetitions",
        count=len(rows),
        evidence={"share": round(share, 4)},
        rows=[
            [facts.where(int(a)), facts.where(int(b))]
            for a, b in zip(twins[:SHOWN], rows[:SHOWN], strict=True)
        ],
    )
    return Leak(said, rows)
