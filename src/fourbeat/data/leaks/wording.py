"""Words of a free text that give the answer away: `[FLAGGED]`, or the label itself."""

import numpy as np
import pyarrow as pa

from fourbeat.data.arrow import pc
from fourbeat.data.column import Column
from fourbeat.data.leaks.facts import Facts
from fourbeat.data.naming import flag
from fourbeat.data.record import DataFinding
from fourbeat.data.words import codes, tokens

ROWS = 50_000
"""Texts that are looked at."""

BUCKETS = 1 << 20
"""Codes of words: so many that two words hardly share one."""

CERTAIN = 0.99
"""A word with which texts have one label so often,"""

REACH, COMMON = 0.5, 0.7
"""which so many of the texts with that label have, at most so many of all texts,"""

ENOUGH = 20
"""and so many texts, is there because of the label: words of a topic are rarer in it, or not only there."""


def look(facts: Facts, column: Column) -> DataFinding | None:
    """The word that most texts of a label have, and no others."""
    if column.type != "text" or facts.task == "regression":
        return None
    rows = np.arange(0, len(facts.labels), -(-len(facts.labels) // ROWS))
    values = pc.take(facts.values[column.name], pa.array(rows))
    found = codes(values, BUCKETS)
    pairs = np.unique(np.arange(len(rows)).repeat(found.shape[1]) * (BUCKETS + 1) + found.ravel())
    row, word = pairs // (BUCKETS + 1), pairs % (BUCKETS + 1)
    _, kind = np.unique(word, return_inverse=True)
    kind[word == 0] = -1  # what fills short texts up
    row, kind = row[kind >= 0], kind[kind >= 0]
    best: tuple[float, int, int] | None = None
    counts = np.bincount(kind)
    for place, label in enumerate(facts.shown):
        of_it = facts.outcomes[rows, place] > 0
        with_it = np.bincount(kind, of_it[row], len(counts))
        share, reach = with_it / np.maximum(counts, 1), with_it / max(int(of_it.sum()), 1)
        sure = (share >= CERTAIN) & (reach >= REACH) & (counts >= ENOUGH)
        if sure.any() and of_it.mean() <= COMMON:
            one = int(np.argmax(np.where(sure, reach, -1.0)))
            if best is None or reach[one] > best[0]:
                best = float(reach[one]), one, label
    if best is None:
        return None
    reach, one, label = best
    there = rows[row[kind == one]]
    said = word_of(facts, column, there, int(np.unique(word)[one]))
    return DataFinding(
        rule="gives-the-answer",
        severity="warning",
        message=f"{said!r} stands in {reach:.1%} of the texts of column {column.name!r} with {facts.names[label]!r}, "
        f"and almost in no others ({len(there):,} texts)",
        fix=f"If it is not there when you predict, take it out of the texts, or leave them out: {flag(column.name)}",
        columns=[column.name],
        evidence={"reach": round(reach, 6)},
        count=len(there),
        rows=[[facts.where(int(number))] for number in there[:3]],
    )


def word_of(facts: Facts, column: Column, rows: np.ndarray, code: int) -> str:
    """The word, or pair of words, that a code stands for, by a text that has it."""
    text = str(facts.values[column.name][int(rows[0])].as_py())
    return next(t for t in tokens(text) if codes(pa.chunked_array([[t]]), BUCKETS)[0, 0] == code)
