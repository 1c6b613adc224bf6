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
        markers = sentinels(values.drop_null().cast(pa.float64(), safe=False).to_numpy())
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


def without(values: Values) -> Values:
    """A column of text with its markers missing."""
    trimmed = pc.utf8_lower(pc.utf8_trim_whitespace(values))
    gone = pc.is_in(trimmed, value_set=pa.array(WORDS))
    return pc.if_else(gone, pa.scalar(None, pa.string()), values)
