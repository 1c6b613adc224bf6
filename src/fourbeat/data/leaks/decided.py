"""Values of a column that decide a label: a code, or that there is a value at all."""

from dataclasses import dataclass

import numpy as np

from fourbeat.data.alike import codes
from fourbeat.data.column import Column
from fourbeat.data.leaks.facts import Facts
from fourbeat.data.naming import flag
from fourbeat.data.record import DataFinding

CERTAIN, SURE = 0.95, 0.99
"""Rows that have one label so often are decided; an error is only what is sure,"""

ENOUGH = 20
"""and of at least so many,"""

UNLIKELY = 1e-12
"""where chance would do so with this probability at most."""

FEW = 10
"""A column has at most so many values for each of them to be looked at."""

RARE, HALF, MOST = 0.2, 0.5, 0.7
"""A label's share of all rows, at most: for a value, for all but the most frequent one, and for rows with
a value, or without one, where the others differ."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows, by what a column has there.

    Attributes:
        said: as it continues "where column 'x' ".
        rows: bool of shape (rows,).
        base: the largest share of all rows that a label may have.
    """

    said: str
    rows: np.ndarray
    base: float


def look(facts: Facts, column: Column) -> DataFinding | None:
    """Whether a part of the column decides a label that is rarer elsewhere; the largest such part."""
    if facts.task == "regression":
        return None
    found = [one for part in parts_of(facts, column) if (one := decides(facts, part))]
    if not found:
        return None
    part, label, share, base = max(found, key=lambda one: int(one[0].rows.sum()))
    rows = np.flatnonzero(part.rows)
    return DataFinding(
        rule="gives-the-answer",
        severity="error" if share >= SURE and unlikely(len(rows), base) else "warning",
        message=f"where column {column.name!r} {part.said}, {share:.1%} of {len(rows):,} rows are "
        f"{facts.names[label]!r}, and {base:.1%} of all rows",
        fix=f"If it is not known when you predict, leave it out: {flag(column.name)}",
        columns=[column.name],
        evidence={"share": round(share, 6), "base": round(base, 6)},
        count=len(rows),
        rows=[[facts.where(int(row))] for row in rows[:3]],
    )


def parts_of(facts: Facts, column: Column) -> list[Part]:
    """The parts of a column that may decide."""
    values = facts.values[column.name]
    found = codes(values)
    counts = np.bincount(found)
    made: list[Part] = []
    if 0 < counts[0] < len(found):
        made += [
            Part("has a value", found > 0, MOST),
            Part("has no value", found == 0, MOST),
        ]
    known = np.flatnonzero(counts[1:]) + 1
    if not len(known):
        return made

    def said(code: int) -> str:
        return repr(values[int((found == code).argmax())].as_py())

    if len(known) <= FEW:
        made += [Part(f"is {said(code)}", found == code, RARE) for code in known.tolist()]
    usual = int(counts[1:].argmax()) + 1
    if HALF <= counts[usual] / len(found) < 1:
        made.append(Part(f"is not {said(usual)}", (found > 0) & (found != usual), HALF))
    return made


def decides(facts: Facts, part: Part) -> tuple[Part, int, float, float] | None:
    """The label that a part decides, its share there and of all rows; None if there is none."""
    many = int(part.rows.sum())
    if not ENOUGH <= many < len(part.rows):
        return None
    if facts.task == "classification":
        whole = np.bincount(facts.target, minlength=len(facts.names))
        here = np.bincount(facts.target[part.rows], minlength=len(facts.names))
    else:
        whole, here = facts.target.sum(axis=0), facts.target[part.rows].sum(axis=0)
    shares, bases = here / many, whole / len(part.rows)
    sure = (shares >= CERTAIN) & (bases <= part.base)
    # Above a half, chance does it sooner, and a label that is nearly sure is not decided.
    sure &= (bases <= HALF) | (shares >= SURE) & [unlikely(many, float(base)) for base in bases]
    if not sure.any():
        return None
    label = int(np.argmax(np.where(sure, shares, -1.0)))
    return part, label, float(shares[label]), float(bases[label])


def unlikely(rows: int, base: float) -> bool:
    """Whether so many rows of one label are none of chance."""
    return base**rows <= UNLIKELY
