"""Rows that belong together, divided as if they did not: of one customer, or of one time."""

import re
from collections.abc import Iterator

import numpy as np

from fourbeat.data.alike import codes
from fourbeat.data.column import Column
from fourbeat.data.guess import hint
from fourbeat.data.leaks.facts import Facts, Leak
from fourbeat.data.naming import quoted
from fourbeat.data.numbers import as_numbers
from fourbeat.data.record import DataFinding

SMALL_GROUPS = (1.2, 20.0)
"""Rows to a group, on average: fewer are rows of their own, more are kinds of rows."""

MANY_GROUPS = 30

GROUP_NAME = re.compile(
    r"(^|[\s_\-.])(id|uid|uuid|no|nr|number|num|code|key|user|customer|client|patient|subject|person|"
    r"caller|member|account|device|machine|session|household|store|shop|student|employee|driver)s?$",
    re.IGNORECASE,
)
"""What columns of whole numbers are called that name something; others are quantities."""

SURE = 6.0
"""Standard deviations by which rows of one group must be more, or less, alike than by chance."""

BLOCKS = 10
"""Parts of the time whose targets are compared."""

DRIFT = 0.005
"""The share of the target's variance that must lie between these parts."""


def look(facts: Facts) -> Iterator[Leak]:
    """Groups on both sides of a split by rows, and a time that the target moves with."""
    if not facts.shuffled:
        return
    for column in facts.columns:
        if is_group(facts, column):
            yield from on_both_sides(facts, column)
    moved = [(column, *drift(facts, column)) for column in facts.used if column.type == "datetime"]
    moved = [one for one in moved if one[1] >= SURE and one[2] >= DRIFT]
    if moved:
        yield from from_later(facts, max(moved, key=lambda one: one[1])[0])


def is_group(facts: Facts, column: Column) -> bool:
    """Whether a column may name what rows belong to."""
    values = facts.values[column.name]
    kind = column.source
    if column.type == "numeric" and not ("int" in kind and GROUP_NAME.search(column.name)):
        return False
    if column.type not in ("numeric", "category", "id") or column.reason.startswith("counts the"):
        return False
    groups = codes(values)
    groups = groups[groups > 0]
    if not len(groups):
        return False
    many = len(np.unique(groups))
    low, high = SMALL_GROUPS
    if many < MANY_GROUPS or not low <= len(groups) / many <= high:
        return False
    if many < len(groups) ** 0.5:
        return False
    return "all dates but" not in hint(values) if kind == "string" else True


def on_both_sides(facts: Facts, column: Column) -> Iterator[Leak]:
    """A group whose rows' targets hang together, cut by the split."""
    groups = codes(facts.values[column.name])
    known = groups > 0
    sure, _ = between(groups[known], facts.outcomes[known])
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
        severity="warning",
        message=f"column {column.name!r} names what rows belong to: {many:,} groups of "
        f"{known.sum() / many:.1f} rows, whose targets are {how} alike than chance has them, "
        f"by {abs(sure):.0f} standard deviations. {len(seen):,} of {len(held):,} {facts.side} rows are of a group that is on another side, too",
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


def drift(facts: Facts, column: Column) -> tuple[float, float]:
    """How much the target moves with a time: see `between`, of `BLOCKS` parts of it."""
    blocks, outcomes = blocks_of(facts, column)
    return between(blocks, outcomes) if len(blocks) >= BLOCKS * 20 else (0.0, 0.0)


def blocks_of(facts: Facts, column: Column) -> tuple[np.ndarray, np.ndarray]:
    """The part of the time that each row with a time is in, and the outcomes of these rows."""
    times = as_numbers(column, facts.values[column.name])
    known = ~np.isnan(times)
    order = np.argsort(times[known], kind="stable")
    blocks = np.zeros(len(order), np.int64)
    blocks[order] = np.arange(len(order)) * BLOCKS // max(len(order), 1)
    return blocks, facts.outcomes[known]


def from_later(facts: Facts, column: Column) -> Iterator[Leak]:
    """A target that moves with the time, while rows of later times train."""
    times = as_numbers(column, facts.values[column.name])
    known = ~np.isnan(times)
    blocks, outcomes = blocks_of(facts, column)
    sure, _ = between(blocks, outcomes)
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
        "training row. Such a model will meet later rows only",
        fix=f"To measure as it will be used: --time {quoted(column.name)}",
        columns=[column.name],
        count=len(earlier),
        evidence={"low": round(low, 4), "high": round(high, 4), "deviations": round(sure, 1)},
    )
    yield Leak(finding)


def between(groups: np.ndarray, outcomes: np.ndarray) -> tuple[float, float]:
    """How much more alike rows of a group are than chance has them.

    Returns:
        In standard deviations, by the one-way analysis of variance: F is near 1 by chance, its
        variance near 2 / (groups - 1) + 2 / (rows - groups). And the share of the variance that
        lies between groups.
    """
    which = np.unique(groups, return_inverse=True)[1]
    counts = np.bincount(which).astype(np.float64)
    many, rows = len(counts), len(which)
    if not 1 < many < rows:
        return 0.0, 0.0
    centred = outcomes - outcomes.mean(axis=0)
    sums = np.stack([np.bincount(which, one) for one in centred.T], axis=1)
    inner = float((sums**2 / counts[:, None]).sum())
    total = float((centred**2).sum())
    if total <= 0:
        return 0.0, 0.0
    left = max(total - inner, 1e-12 * total)
    ratio = (inner / (many - 1)) / (left / (rows - many))
    spread = (2 / (many - 1) + 2 / (rows - many)) ** 0.5
    return (ratio - 1) / spread, inner / total
