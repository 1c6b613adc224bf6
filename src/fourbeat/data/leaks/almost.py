"""Rows that are equal but for one column, or for how their texts are spelled: copies that were touched."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from fourbeat.data.alike import codes, equal_in, hashed
from fourbeat.data.arrow import pc
from fourbeat.data.column import Column
from fourbeat.data.leaks import twins
from fourbeat.data.leaks.chance import equal_by_chance
from fourbeat.data.leaks.facts import Facts, Leak
from fourbeat.data.record import DataFinding

FEWEST = 10
"""Such combinations that must repeat,"""

SURE = 100.0
"""and so many times as many as are expected by nature."""

COPIED = 0.9
"""How often they have one target, beyond chance."""

LEAST = 3
"""Columns that must be left to be equal in, or one of free text."""


def look(facts: Facts) -> Iterator[Leak]:
    """Rows that measure and have such a copy on another side."""
    exact = hashed(codes(facts.values[c.name]).astype(np.uint64) for c in facts.used)
    different = np.unique(exact, return_index=True)[1]  # those that are equal are said already
    if len(different) < 2:
        return
    whole = np.zeros(len(exact), np.uint64)
    for column in facts.used:
        whole ^= keys_of(facts, column)
    for left_out in (None, *facts.used):
        rest = [column for column in facts.used if column is not left_out]
        if not enough(rest):
            continue
        keys = whole if left_out is None else whole ^ keys_of(facts, left_out)
        if is_copied(facts, keys, rest, different):
            found = finding(facts, keys, exact, left_out)
            if found is not None:
                yield found
                return


def keys_of(facts: Facts, column: Column) -> np.ndarray:
    """Hashes of a column, to be put together by exclusive or, so that one can be taken out again."""
    place = np.uint64(facts.used.index(column))
    return hashed([spelled(facts, column).astype(np.uint64) + (place << np.uint64(40))])


def enough(columns: Sequence[Column]) -> bool:
    """Whether being equal in these columns says anything."""
    return len(columns) >= LEAST or any(column.type == "text" for column in columns)


def spelled(facts: Facts, column: Column) -> np.ndarray:
    """Codes of a column, its texts without signs, capitals and blanks that tell nothing."""
    values = facts.values[column.name]
    found = codes(values)
    if column.type not in ("text", "category") or column.source != "string":
        return found
    different, which = np.unique(found, return_index=True)
    texts = pc.take(values, pa.array(which))
    plain = pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, r"[^\pL\pN]+", " "))
    return codes(pc.utf8_lower(plain))[np.searchsorted(different, found)]


def is_copied(facts: Facts, keys: np.ndarray, columns: list[Column], rows: np.ndarray) -> bool:
    """Whether rows share keys too often, with too often one target, for being so by nature.

    Args:
        keys: of all rows.
        columns: what the keys are of.
        rows: the rows in question.
    """
    keys = keys[rows]
    ordered = np.sort(keys)
    if (ordered[1:] == ordered[:-1]).sum() < FEWEST:
        return False
    _, first, which, counts = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    repeated = int(((counts > 1) & (counts <= twins.MOST_COPIES)).sum())
    if repeated < FEWEST or twins.copied(facts.labels[rows], which) < COPIED:
        return False
    chance = equal_by_chance([spelled(facts, column)[rows[first]] for column in columns])
    return repeated >= SURE * chance * len(keys) * (len(keys) - 1) / 2


def finding(
    facts: Facts, keys: np.ndarray, exact: np.ndarray, column: Column | None
) -> Leak | None:
    """The rows that measure and have one; None where they are all on one side."""
    held, others = facts.held, facts.seen
    partner = equal_in(keys[held], keys[others], others)
    there = (partner >= 0) & (exact[held] != exact[partner])
    rows, copies = held[there], partner[there]
    if not len(rows):
        return None
    same = int((facts.labels[rows] == facts.labels[copies]).sum())
    what = "but for capitals, blanks and signs" if column is None else f"but for {column.name!r}"
    said = DataFinding(
        rule="near-rows-on-both-sides",
        severity="warning",
        message=f"{len(rows):,} of {len(held):,} {facts.side} rows are equal to one on another side {what}, "
        f"{same:,} of them in the target as well",
        fix="Split by --group of what such rows share, or remove the repetitions",
        columns=[] if column is None else [column.name],
        count=len(rows),
        evidence={"share": round(len(rows) / len(held), 4), "same_target": same},
        rows=[
            [facts.where(int(a)), facts.where(int(b))]
            for a, b in zip(copies[: twins.SHOWN], rows[: twins.SHOWN], strict=True)
        ],
    )
    return Leak(said, rows)
