"""Ids that say more than which row it is, and rows that stand in the order of the target."""

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from fourbeat.data.alike import codes
from fourbeat.data.arrow import pc
from fourbeat.data.column import Column
from fourbeat.data.leaks.belonging import BLOCKS, MOST_SAID
from fourbeat.data.leaks.facts import Facts, Leak
from fourbeat.data.leaks.variance import SURE, between
from fourbeat.data.numbers import as_numbers
from fourbeat.data.record import DataFinding

FOLLOWS = 0.98
"""The rank correlation from which on an id follows the time."""

TELLS = 0.02
"""The share of the target's variance that must lie between parts of the ids."""

ENOUGH = 200
"""Rows that all of them need."""

MOST_SPELLINGS = 20
"""Spellings of ids, without their digits; more are names."""

NUMBER = re.compile(r"\D*(\d+)\D*")


def look(facts: Facts) -> Iterator[Leak]:
    """Ids by whose order the time or the target is known."""
    times = [column for column in facts.columns if column.type == "datetime"]
    for column in facts.columns:
        if column.type != "id":
            continue
        if pa.types.is_string(facts.values[column.name].type):
            yield from spells(facts, column)
        numbers = order_of(facts, column)
        if numbers is None or len(numbers) < ENOUGH:
            continue
        yield from follows(facts, column, numbers, times)
        yield from tells(facts, column, numbers)


def spells(facts: Facts, column: Column) -> Iterator[Leak]:
    """An id whose letters tell the target: `case_17`, `ctrl_18`."""
    letters = codes(pc.replace_substring_regex(facts.values[column.name], r"\d+", ""))
    if len(letters) < ENOUGH or not 2 <= len(np.unique(letters)) <= MOST_SPELLINGS:
        return
    which = f"{len(np.unique(letters))} spellings of its letters"
    yield from between_parts(facts, column, letters, which)


def order_of(facts: Facts, column: Column) -> np.ndarray | None:
    """The numbers that the ids hold, float64 of shape (rows,); None where they hold none."""
    values = facts.values[column.name]
    if pa.types.is_integer(values.type):
        return values.cast(pa.float64(), safe=False).to_numpy()
    if not pa.types.is_string(values.type) or values.null_count:
        return None
    if not all(NUMBER.fullmatch(str(text)) for text in values.slice(0, 100).to_pylist()):
        return None
    digits = pc.replace_substring_regex(values, pattern=r"\D", replacement="")
    if pc.any(pc.equal(digits, "")).as_py():
        return None
    return digits.cast(pa.float64()).to_numpy()


def follows(
    facts: Facts, column: Column, numbers: np.ndarray, times: list[Column]
) -> Iterator[Leak]:
    """An id that rises with a time."""
    for time in times:
        moments = as_numbers(time, facts.values[time.name])
        known = ~np.isnan(moments)
        if known.sum() < ENOUGH or np.ptp(moments[known]) == 0:
            continue
        together = abs(float(np.corrcoef(ranks(numbers[known]), ranks(moments[known]))[0, 1]))
        if together >= FOLLOWS:
            finding = DataFinding(
                rule="id-follows-time",
                severity="note",
                message=f"id {column.name!r} follows {time.name!r}: their ranks correlate by {together:.4f}",
                fix="It is left out; leave it so, or a model learns the time from it",
                columns=[column.name, time.name],
                evidence={"correlation": round(together, 4)},
            )
            yield Leak(finding)


def tells(facts: Facts, column: Column, numbers: np.ndarray) -> Iterator[Leak]:
    """An id by whose order the target is known."""
    blocks = ranks(numbers).astype(np.int64) * BLOCKS // len(numbers)
    yield from between_parts(facts, column, blocks, f"{BLOCKS} parts of the ids in their order")


def between_parts(facts: Facts, column: Column, parts: np.ndarray, which: str) -> Iterator[Leak]:
    """An id between whose parts the target differs; `which` they are, in words."""
    sure, share = between(parts, facts.outcomes)
    if sure >= SURE and share >= TELLS:
        finding = DataFinding(
            rule="id-tells-target",
            severity="note",
            message=f"the target moves with id {column.name!r}: {share:.1%} of its variance lies between {which}",
            fix="It is left out; leave it so, and ask how the rows were gathered",
            columns=[column.name],
            evidence={"share": round(share, 4), "deviations": round(min(sure, MOST_SAID), 1)},
        )
        yield Leak(finding)


def ranks(numbers: np.ndarray) -> np.ndarray:
    """The place of each number in their order, from 0; equal ones in the order of their rows."""
    found = np.empty(len(numbers))
    found[np.argsort(numbers, kind="stable")] = np.arange(len(numbers))
    return found
