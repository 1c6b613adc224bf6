"""Columns that give the answer away."""

import re
from collections.abc import Iterator

import numpy as np

from fourbeat.data.column import Column
from fourbeat.data.leaks.facts import Facts, Leak
from fourbeat.data.naming import flag
from fourbeat.data.record import DataFinding
from fourbeat.finding import Severity

RULES = ("gives-the-answer", "known-only-afterwards")
"""The rules of this file: their columns are guilty, and no rows."""

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
        parts = facts.parts(column.name)
        found = alone(facts, column, parts) or certain(facts, column, parts)
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


def alone(facts: Facts, column: Column, parts: np.ndarray) -> DataFinding | None:
    """Whether a column by itself predicts the held-out rows."""
    train, held = facts.rows.train, facts.held
    outcomes = facts.outcomes
    mean = outcomes[train].mean(axis=0)
    many = int(parts.max()) + 1
    counts = np.bincount(parts[train], minlength=many)
    sums = np.stack([np.bincount(parts[train], one, many) for one in outcomes[train].T], axis=1)
    said = ((sums + PRIOR * mean) / (counts + PRIOR)[:, None])[parts[held]]
    if facts.task == "regression":
        left = float(((said - outcomes[held]) ** 2).sum())
        spread = float(((outcomes[held] - outcomes[held].mean(axis=0)) ** 2).sum())
        score, what = (
            (1 - left / spread if spread else 0.0),
            "explains {:.1%} of the target's ranks",
        )
    else:
        areas = [area(said[:, k], outcomes[held, k] > 0) for k in range(outcomes.shape[1])]
        known = [one for one in areas if not np.isnan(one)]
        pick = np.max if facts.task == "multilabel" else np.mean
        score = float(pick(known)) if known else 0.0
        what = "predicts the target almost alone: the area under its ROC curve is {:.4f}"
    if score < ALONE:
        return None
    return DataFinding(
        rule="gives-the-answer",
        severity="error",
        message=f"column {column.name!r} {what.format(score)} on the {facts.side} rows",
        fix=f"If it is not known when you predict, leave it out: {flag(column.name)}",
        columns=[column.name],
        evidence={"score": round(score, 6)},
    )


def certain(facts: Facts, column: Column, parts: np.ndarray) -> DataFinding | None:
    """Whether a value of a column decides a label that is rare elsewhere."""
    if facts.task == "regression":
        return None
    many = int(parts.max()) + 1
    counts = np.bincount(parts, minlength=many)
    if (counts > 0).sum() > FEW:
        return None
    for label, name in enumerate(facts.names):
        here = facts.outcomes[:, label]
        base = float(here.mean())
        shares = np.bincount(parts, here, many) / np.maximum(counts, 1)
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


def area(scores: np.ndarray, positive: np.ndarray) -> float:
    """The area under a ROC curve, ties counting half; NaN without a positive or a negative row."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = counts.cumsum() - (counts - 1) / 2
    many = float(positive.sum())
    if not 0 < many < len(scores):
        return float("nan")
    return float(
        (ranks[place[positive]].sum() - many * (many + 1) / 2) / (many * (len(scores) - many))
    )
