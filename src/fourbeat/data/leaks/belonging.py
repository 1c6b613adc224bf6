"""Rows that belong together, divided as if they did not: of one customer, or of one time."""

from collections.abc import Iterator

import numpy as np

from fourbeat.data.alike import codes
from fourbeat.data.arrow import pc
from fourbeat.data.column import Column
from fourbeat.data.guess import hint
from fourbeat.data.leaks import called
from fourbeat.data.leaks.facts import Facts, Leak
from fourbeat.data.leaks.variance import SURE, between
from fourbeat.data.naming import quoted
from fourbeat.data.numbers import as_numbers
from fourbeat.data.record import DataFinding
from fourbeat.types import Values

FEWEST_ROWS, MOST_ROWS = 1.2, 20.0
"""Rows to a group, on average: fewer are rows of their own, more are kinds of rows,"""

MOST_OF_THINGS = 200.0
"""unless the column is called after things, or after persons, who have any number."""

FEWEST_GROUPS, FEWEST_PERSONS = 30, 10

MOST_SAID = 1000.0
"""Standard deviations; more are more than anyone can tell."""

NEIGHBOURS = 5
"""Groups of neighbouring numbers whose mean is taken off: what a quantity says is no matter of groups."""

BLOCKS = 10
"""Parts of the time whose targets are compared."""

YEAR, SEASONS = 365.25, 1.9
"""Days of a year, and the years (nearly two) from which on a season is told from a drift."""

DRIFT = 0.005
"""The share of the target's variance that must lie between these parts."""


def look(facts: Facts) -> Iterator[Leak]:
    """Groups on both sides of a split by rows, and a time that the target moves with."""
    if not facts.shuffled:
        return
    for column in facts.columns:
        if is_group(facts, column):
            yield from on_both_sides(facts, column)
    times = [c for c in facts.used if c.type == "datetime" and not called.attribute(c.name)]
    moved = [(column, *drift(facts, column)) for column in times]
    moved = [one for one in moved if one[1] >= SURE and one[2] >= DRIFT]
    if moved:
        yield from from_later(facts, max(moved, key=lambda one: one[1])[0])


def is_group(facts: Facts, column: Column) -> bool:
    """Whether a column may name what rows belong to."""
    values = facts.values[column.name]
    if column.type not in ("numeric", "category", "id") or column.reason.startswith("counts the"):
        return False
    if column.type == "numeric" and not ("int" in column.source and called.something(column.name)):
        return False
    if column.source == "string" and not (
        called.something(column.name) or (numbered(values) and not called.kind(column.name))
    ):
        return False
    groups = codes(values)
    groups = groups[groups > 0]
    many = len(np.unique(groups))
    size = len(groups) / max(many, 1)
    if size < FEWEST_ROWS:
        return False
    if called.person(column.name):
        return many >= FEWEST_PERSONS
    if called.thing(column.name):
        return many >= FEWEST_GROUPS and size <= MOST_OF_THINGS
    fine = size <= MOST_ROWS and many >= max(FEWEST_GROUPS, len(groups) ** 0.5)
    return fine and not (column.source == "string" and "all dates but" in hint(values))


def numbered(values: Values) -> bool:
    """Whether texts hold digits, as names of things do and words do not."""
    different = pc.unique(values.drop_null())
    with_digits = pc.sum(pc.match_substring_regex(different, r"\d")).as_py() or 0
    return with_digits >= 0.9 * len(different) > 0


def on_both_sides(facts: Facts, column: Column) -> Iterator[Leak]:
    """A group whose rows' targets hang together, cut by the split."""
    groups = codes(facts.values[column.name])
    known = groups > 0
    outcomes = facts.outcomes[known]
    if column.type == "numeric":
        outcomes = apart_from_neighbours(facts.values[column.name], known, outcomes)
    sure, _ = between(groups[known], outcomes)
    if abs(sure) < SURE:
        return
    train, held = facts.seen, facts.held
    ours = held[known[held]]
    seen = ours[np.isin(groups[ours], groups[train])]
    if not len(seen):
        return
    order = np.argsort(groups[train], kind="stable")
    partners = train[order][np.searchsorted(groups[train][order], groups[seen[:5]])]
    many = len(np.unique(groups[known]))
    how = "more" if sure > 0 else "less"
    finding = DataFinding(
        rule="group-on-both-sides",
        severity="warning" if called.something(column.name) else "note",
        message=f"column {column.name!r} names what rows belong to: {many:,} groups of "
        f"{known.sum() / many:.1f} rows, whose targets are {how} alike than chance has them, "
        f"by {min(abs(sure), MOST_SAID):,.0f} standard deviations. {len(seen):,} of {len(held):,} {facts.side} rows are of a group that is on another side, too",
        fix=f"To measure on groups that are new: --group {quoted(column.name)}",
        columns=[column.name],
        count=len(seen),
        evidence={
            "groups": many,
            "share": round(len(seen) / len(held), 4),
            "deviations": round(sure, 1),
        },
        rows=[
            [facts.where(int(a)), facts.where(int(b))]
            for a, b in zip(partners, seen[:5], strict=True)
        ],
    )
    yield Leak(finding, seen)


def apart_from_neighbours(values: Values, known: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """Outcomes without what the size of a number says: less the mean of its group and the next ones."""
    numbers = values.drop_null().to_numpy()
    assert len(numbers) == known.sum()
    blocks = np.unique(numbers, return_inverse=True)[1] // NEIGHBOURS
    counts = np.bincount(blocks)
    means = np.stack([np.bincount(blocks, one) / counts for one in outcomes.T], axis=1)
    return outcomes - means[blocks]


def drift(facts: Facts, column: Column) -> tuple[float, float]:
    """How much the target moves with a time: see `between`, of `BLOCKS` parts of it."""
    blocks, outcomes, days = blocks_of(facts, column)
    if len(blocks) < BLOCKS * 20:
        return 0.0, 0.0
    return between(blocks, apart_from_seasons(days, outcomes))


def apart_from_seasons(days: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """Outcomes less the mean of their month, over some years: what comes again every year is no drift."""
    if np.ptp(days) < SEASONS * YEAR:
        return outcomes
    months = (days % YEAR * 12 / YEAR).astype(np.int64)
    counts = np.maximum(np.bincount(months, minlength=12), 1)
    means = np.stack([np.bincount(months, one, 12) / counts for one in outcomes.T], axis=1)
    return outcomes - means[months]


def blocks_of(facts: Facts, column: Column) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The part of the time that each row with a time is in, the outcomes of these rows, and their days."""
    times = as_numbers(column, facts.values[column.name])
    known = ~np.isnan(times)
    order = np.argsort(times[known], kind="stable")
    blocks = np.zeros(len(order), np.int64)
    blocks[order] = np.arange(len(order)) * BLOCKS // max(len(order), 1)
    return blocks, facts.outcomes[known], times[known]


def from_later(facts: Facts, column: Column) -> Iterator[Leak]:
    """A target that moves with the time, while rows of later times train."""
    times = as_numbers(column, facts.values[column.name])
    known = ~np.isnan(times)
    blocks, outcomes, days = blocks_of(facts, column)
    sure, _ = between(blocks, apart_from_seasons(days, outcomes))
    train, held = facts.rows.train, facts.held
    earlier = held[known[held]]
    earlier = earlier[times[earlier] < np.nanmax(times[train])]
    means = np.stack([outcomes[blocks == block].mean(axis=0) for block in range(BLOCKS)])
    widest = int((means.max(axis=0) - means.min(axis=0)).argmax())
    low, high = float(means[:, widest].min()), float(means[:, widest].max())
    what = (
        f"the share of {facts.names[facts.shown[widest]]!r}"
        if facts.names
        else "the target's mean rank"
    )
    finding = DataFinding(
        rule="rows-from-later",
        severity="warning",
        message=f"the target moves with {column.name!r}: {what} is between {low:.3f} and {high:.3f} in its "
        f"{BLOCKS} parts, and {len(earlier):,} of {len(held):,} {facts.side} rows are older than the latest "
        "training row. For use on later rows, that measures too well",
        fix=f"To measure as it will be used: --time {quoted(column.name)}",
        columns=[column.name],
        count=len(earlier),
        evidence={"low": round(low, 4), "high": round(high, 4), "deviations": round(sure, 1)},
    )
    yield Leak(finding)
