"""Columns that give the answer away."""

import re
from collections.abc import Iterator

import numpy as np

from fourbeat.data.alike import codes
from fourbeat.data.column import Column
from fourbeat.data.leaks.facts import Facts, Leak
from fourbeat.data.naming import flag
from fourbeat.data.record import DataFinding
from fourbeat.finding import Severity
from fourbeat.measure.ranking import Ranking, areas

FINDINGS = ("gives-the-answer", "known-only-afterwards")
"""What this file finds: columns are guilty, and no rows."""

ALONE = 0.99
"""A column that by itself ranks the held-out rows with an area under the ROC curve of this much, or
explains so much of a quantity's variance, gives the answer."""

CERTAIN = 0.98
"""A value whose rows have one label so often gives the answer for them,"""

SURPRISING = 0.2
"""if that label has at most this share of all rows,"""

FEW = 10
"""the column has at most so many values,"""

ENOUGH = 20
"""and the value so many rows."""

PRIOR = 2.0
"""Rows of the mean that are added to each part, so that small parts say little."""

LATER = re.compile(
    r"(^|[\W_])(outcome|resolved|resolution|closed|closure|afterwards)([\W_]|$)",
    re.IGNORECASE,
)
"""Words of columns that are filled in when all is over."""


def look(facts: Facts) -> Iterator[Leak]:
    """Columns that predict the target almost alone, and those that are named like them."""
    guilty: list[Column] = []
    for column in facts.used:
        found = alone(facts, column) or certain(facts, column)
        if found is not None:
            guilty.append(column)
            yield Leak(found)
    names = [column.name for column in guilty]
    for column in facts.used:
        family = next((name for name in names if family_of(name) == family_of(column.name)), None)
        if column.name in names:
            continue
        if family is not None and family_of(column.name):
            severity: Severity = "warning"
            because = f"it is named like {family!r}, which gives the answer"
        elif LATER.search(column.name):
            severity, because = "note", "by its name it is filled in when all is over"
        else:
            continue
        finding = DataFinding(
            rule="known-only-afterwards",
            severity=severity,
            message=f"column {column.name!r} may be known only after the target is: {because}",
            fix=f"Leave it out unless it is there when you predict: {flag(column.name)}",
            columns=[column.name],
        )
        yield Leak(finding)


def family_of(name: str) -> str:
    """The first word of a name of several, where it is joined by `_`, `.` or a space."""
    first, mark, rest = re.match(r"([^_.\s]+)([_.\s]?)(.*)", name + " ").groups()  # pyright: ignore[reportOptionalMemberAccess]
    return first.lower() + mark if rest.strip() else ""


def alone(facts: Facts, column: Column) -> DataFinding | None:
    """Whether a column by itself predicts the held-out rows, and any row by all others.

    The held-out rows alone may be few, and then chance does it.
    """
    parts, train, held = facts.parts(column.name), facts.rows.train, facts.held
    sums, counts = summed(parts, train, facts.outcomes)
    mean = facts.outcomes[train].mean(axis=0)
    said = (sums[parts] + PRIOR * mean) / (counts[parts] + PRIOR)[:, None]
    score = strength(facts, said[held], held)
    if score < ALONE:
        return None
    every = np.arange(len(parts))
    sums, counts = summed(parts, every, facts.outcomes)
    others = sums[parts] - facts.outcomes
    said = (others + PRIOR * mean) / (counts[parts] - 1 + PRIOR)[:, None]
    if strength(facts, said, every) < ALONE:
        return None
    what = (
        f"explains {score:.1%} of the target's ranks"
        if facts.task == "regression"
        else f"predicts the target almost alone: the area under its ROC curve is {score:.4f}"
    )
    return DataFinding(
        rule="gives-the-answer",
        severity="error",
        message=f"column {column.name!r} {what} on the {facts.side} rows",
        fix=f"If it is not known when you predict, leave it out: {flag(column.name)}",
        columns=[column.name],
        evidence={"score": round(score, 6)},
    )


def summed(
    parts: np.ndarray, rows: np.ndarray, outcomes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sums of the outcomes of these rows in each part, of shape (parts, k), and how many rows it has."""
    many, here = int(parts.max()) + 1, parts[rows]
    sums = np.stack([np.bincount(here, one, many) for one in outcomes[rows].T], axis=1)
    return sums, np.bincount(here, minlength=many)


def strength(facts: Facts, said: np.ndarray, rows: np.ndarray) -> float:
    """How well this predicts the outcomes of these rows, at most 1: explained variance, or mean area.

    Of several labels the one that it predicts best.
    """
    true = facts.outcomes[rows]
    if facts.task == "regression":
        left, spread = ((said - true) ** 2).sum(), ((true - true.mean(axis=0)) ** 2).sum()
        return float(1 - left / spread) if spread else 0.0
    found = areas(Ranking(said, true > 0).counts())
    known = found[~np.isnan(found)]
    pick = np.max if facts.task == "multilabel" else np.mean
    return float(pick(known)) if len(known) else 0.0


def certain(facts: Facts, column: Column) -> DataFinding | None:
    """Whether a value of a column decides a label that is rare elsewhere."""
    if facts.task == "regression":
        return None
    parts = codes(facts.values[column.name])
    counts = np.bincount(parts)
    if (counts > 0).sum() > FEW:
        return None
    with_labels = labels_in(facts, parts)
    for label, name in enumerate(facts.names):
        base = float(with_labels[:, label].sum() / len(parts))
        shares = with_labels[:, label] / np.maximum(counts, 1)
        sure = np.flatnonzero((counts >= ENOUGH) & (shares >= CERTAIN))
        if not len(sure) or base > SURPRISING:
            continue
        part = int(sure[counts[sure].argmax()])
        row = int(np.flatnonzero(parts == part)[0])
        value = facts.values[column.name][row].as_py()
        rows = np.flatnonzero(parts == part)
        return DataFinding(
            rule="gives-the-answer",
            severity="error",
            message=f"where column {column.name!r} is {value!r}, {shares[part]:.1%} of {counts[part]:,} rows "
            f"are {name!r}, and {base:.1%} of all rows",
            fix=f"If it is not known when you predict, leave it out: {flag(column.name)}",
            columns=[column.name],
            evidence={"share": round(float(shares[part]), 6), "base": round(base, 6)},
            count=int(counts[part]),
            rows=[[facts.where(int(row))] for row in rows[:3]],
        )
    return None


def labels_in(facts: Facts, parts: np.ndarray) -> np.ndarray:
    """How many rows of each part have each class or label, of shape (parts, classes or labels)."""
    many, names = int(parts.max()) + 1, len(facts.names)
    if facts.task == "classification":
        return np.bincount(parts * names + facts.target, minlength=many * names).reshape(
            many, names
        )
    return np.stack([np.bincount(parts, one, many) for one in facts.target.T], axis=1)
