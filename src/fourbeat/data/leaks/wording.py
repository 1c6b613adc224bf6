"""Words of a free text that give the answer away: `[FLAGGED]`, or the label itself."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from fourbeat.data import words
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

NEARLY_ALL = 0.9
"""and of so many of them it is an error,"""

ENOUGH = 20
"""and so many texts, is there because of the label: words of a topic are rarer in it, or not only there."""


def look(facts: Facts, column: Column) -> DataFinding | None:
    """The word that most texts of a label have, and no others."""
    if column.type != "text" or facts.task == "regression":
        return None
    rows = np.arange(0, len(facts.labels), -(-len(facts.labels) // ROWS))
    found = codes(pc.take(facts.values[column.name], pa.array(rows)), BUCKETS)
    # Once for each text: a word that it repeats is one.
    pairs = np.unique(np.arange(len(rows)).repeat(found.shape[1]) * (BUCKETS + 1) + found.ravel())
    pairs = pairs[pairs % (BUCKETS + 1) > 0]  # 0 fills short texts up
    row = pairs // (BUCKETS + 1)
    known, word = np.unique(pairs % (BUCKETS + 1), return_inverse=True)
    best = [
        (reach, number, label)
        for place, label in enumerate(facts.shown)
        for reach, number in telling(row, word, facts.outcomes[rows, place] > 0)
    ]
    if not best:
        return None
    reach, number, label = max(best)
    there = rows[row[word == number]]
    said = word_of(facts, column, there, int(known[number]))
    return DataFinding(
        rule="gives-the-answer",
        severity="error" if reach >= NEARLY_ALL else "warning",
        message=f"{said!r} stands in {reach:.1%} of the texts of column {column.name!r} with {facts.names[label]!r}, "
        f"and almost in no others ({len(there):,} texts)",
        fix=f"If it is not there when you predict, take it out of the texts, or leave them out: {flag(column.name)}",
        columns=[column.name],
        evidence={"reach": round(reach, 6)},
        count=len(there),
        rows=[[facts.where(int(number))] for number in there[:3]],
    )


def telling(row: np.ndarray, word: np.ndarray, of_it: np.ndarray) -> Iterator[tuple[float, int]]:
    """The word that tells a label, if there is one, and the share of the label's texts that have it.

    Args:
        row, word: the texts, and the words in them, of shape (pairs,).
        of_it: whether each text has the label.
    """
    if not 0 < of_it.mean() <= COMMON:
        return
    counts = np.bincount(word)
    with_it = np.bincount(word, of_it[row], len(counts))
    share, reach = with_it / counts, with_it / of_it.sum()
    sure = (share >= CERTAIN) & (reach >= REACH) & (counts >= ENOUGH)
    if sure.any():
        number = int(np.argmax(np.where(sure, reach, -1.0)))
        yield float(reach[number]), number


def word_of(facts: Facts, column: Column, rows: np.ndarray, number: int) -> str:
    """The word, or pair of words, that a code stands for, by a text that has it."""
    text = str(facts.values[column.name][int(rows[0])].as_py())
    return next(token for token in tokens(text) if words.code(token, BUCKETS) == number)
