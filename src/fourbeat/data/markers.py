"""Values that seem to stand for "no value": proposed with their counts, never assumed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from fourbeat.data.arrow import pc
from fourbeat.types import Values

WORDS = (
    "?",
    "-",
    "--",
    ".",
    "na",
    "n/a",
    "#n/a",
    "#na",
    "nan",
    "null",
    "missing",
    "(null)",
    "<na>",
)
"""In lower case. `none` and `unknown` are answers as well, and so are not among them."""

SENTINELS = (-9.0, -99.0, -999.0, -9999.0, -99999.0, 999.0, 9999.0, 99999.0, 999999.0)

FAR = 5.0
"""A number stands for nothing only if it lies so many times the width of the rest outside of it, or
is the one below zero where the rest is not."""

FEWEST = 2
"""Rows that must have it."""

EDGES = (-1.0, -9.0, 0.0, 99.0, 99.9, 999.9, -99.9, -999.25)
"""Numbers that are often values: they must stand apart at the edge, in many rows."""

ROWS, SHARE = 5, 0.2
"""Rows that must have one of these, and the share of rows from which on zero is an answer: "nothing"."""

LEVELS = 20
"""Different other numbers that there must be."""

APART = 2.0
"""How many times the width of the middle half one must lie from all others but the outermost percent."""

MORE = 3
"""How many times as often it must be there as any of its neighbours."""

DATES = (
    "1900-01-01",
    "1899-12-30",
    "1899-12-31",
    "1970-01-01",
    "9999-12-31",
    "2099-12-31",
    "2999-12-31",
)
"""Dates that stand for none, if all others are far away."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A value that may mean "no value".

    Attributes:
        text: as it is written.
        rows: that have it.
    """

    text: str
    rows: int


def proposed(values: Values) -> list[Marker]:
    """The markers of a column, the most frequent first."""
    kind = values.type
    if pa.types.is_string(kind):
        trimmed = pc.utf8_lower(pc.utf8_trim_whitespace(values))
        if not pc.any(pc.is_in(trimmed, value_set=pa.array(WORDS))).as_py():
            return []
        found = values.filter(pc.is_in(trimmed, value_set=pa.array(WORDS)))
        counts = pc.value_counts(found).to_pylist()
        markers = [Marker(str(one["values"]), int(one["counts"])) for one in counts]
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
        numbers = values.drop_null().cast(pa.float64(), safe=False).to_numpy()
        markers = [*sentinels(numbers), *edges(numbers)]
    elif pa.types.is_date(kind):
        markers = far_dates(values.cast(pa.string()), values.cast(pa.date32()))
    else:
        return []
    return sorted(markers, key=lambda marker: (-marker.rows, marker.text))


def sentinels(numbers: np.ndarray) -> list[Marker]:
    """The numbers of nines that lie far outside of all others."""
    nines = np.isin(numbers, SENTINELS)
    rest = numbers[~nines & np.isfinite(numbers)]
    if not nines.any() or len(np.unique(rest)) < FEWEST:
        return []
    low, high = float(rest.min()), float(rest.max())
    width = max(high - low, 1.0)
    bottom = -90.0 if low >= 0 else low - FAR * width
    values: Any = np.unique(numbers[nines], return_counts=True)
    return [
        Marker(f"{value:g}" if abs(value) < 1e6 else str(int(value)), int(rows))
        for value, rows in zip(*values, strict=True)
        if rows >= FEWEST and (value < bottom or value > high + FAR * width)
    ]


def edges(numbers: np.ndarray) -> list[Marker]:
    """The numbers of `EDGES` that stand apart from all others."""
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers) or not {numbers.min(), numbers.max()} & {*EDGES}:
        return []
    distinct, counts = np.unique(numbers, return_counts=True)
    found: list[Marker] = []
    for end, step in ((0, 1), (-1, -1)):
        if len(distinct) <= LEVELS or distinct[end] not in EDGES:
            continue
        value, rows = float(distinct[end]), int(counts[end])
        rest, others = np.delete(distinct, end), np.delete(counts, end)
        near = rest[::step], others[::step]
        if rows < ROWS or rows < MORE * near[1][: LEVELS // 2].max():
            continue
        if value == 0 and rows > SHARE * counts.sum():
            continue
        known = np.repeat(rest, others)
        low, first, third, high = np.quantile(known, (0.01, 0.25, 0.75, 0.99))
        away = low - value if step > 0 else value - high
        # Below zero where nothing else is, -1 and -9 are no measurement.
        signs = value < 0 <= rest[0] and value in (-1.0, -9.0)
        if signs or (away >= APART * (third - first) > 0 and away > 0):
            found.append(Marker(f"{value:g}", rows))
    return found


def far_dates(texts: Values, dates: Values) -> list[Marker]:
    """The dates of `DATES` that lie further outside of all others than these lie apart."""
    days = dates.cast(pa.int32()).drop_null().to_numpy()
    found: list[Marker] = []
    for value in DATES:
        day = int((np.datetime64(value) - np.datetime64("1970-01-01")).astype(int))
        rows, rest = int((days == day).sum()), days[days != day]
        if rows < ROWS or not len(rest):
            continue
        low, high = int(rest.min()), int(rest.max())
        width = max(high - low, 365)
        if day < low - width or day > high + width:
            known = pc.equal(dates, pa.scalar(day, pa.int32()).cast(pa.date32()))
            found.append(Marker(str(texts.filter(known)[0]), rows))
    return found


def without(values: Values) -> Values:
    """A column of text with its markers missing."""
    trimmed = pc.utf8_lower(pc.utf8_trim_whitespace(values))
    gone = pc.is_in(trimmed, value_set=pa.array(WORDS))
    return pc.if_else(gone, pa.scalar(None, pa.string()), values)
