"""Codes that look like numbers in a CSV: `00501` is no 501, and its zeros are gone once it is read as one."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from fourbeat.data.arrow import pc
from fourbeat.data.csv_blocks import csv_blocks
from fourbeat.data.opening import is_csv
from fourbeat.errors import DataError

SHORTEST = 4
"""Digits of a code."""

CLOCK = r"^(?:[01]\d|2[0-3])[0-5]\d$"
"""Times of day without a colon."""


def codes(data: Any) -> list[str]:
    """The columns of a CSV whose first rows are digits of one length, some of which begin with zero.

    Args:
        data: a path, or a frame, which has types of its own.
    """
    if not isinstance(data, str | Path) or not is_csv(Path(data)):
        return []
    try:
        blocks = csv_blocks(Path(data), quoted=True)
        next(blocks)
        first = next(blocks, None)
    except DataError:
        return []  # whoever reads it all says what is wrong
    if first is None:
        return []
    table = pa.Table.from_batches([first])
    return [name for name in table.column_names if is_code(table[name])]


def is_code(texts: Any) -> bool:
    """Whether texts, but for empty ones, are such codes."""
    texts = texts.filter(pc.not_equal(texts, ""))
    if not len(texts) or not pc.any(pc.starts_with(texts, "0")).as_py():
        return False
    shortest, longest = pc.min_max(pc.utf8_length(texts)).as_py().values()
    if shortest < SHORTEST or shortest != longest:
        return False
    if not pc.all(pc.match_substring_regex(texts, r"^\d+$")).as_py():
        return False
    return longest > SHORTEST or not pc.all(pc.match_substring_regex(texts, CLOCK)).as_py()
