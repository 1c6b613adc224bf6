"""Which values are equal, and which rows, as numbers."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from fourbeat.data.arrow import CAST_ERRORS
from fourbeat.data.keyed import GOLDEN, finalised
from fourbeat.types import Values


def codes(values: Values) -> np.ndarray:
    """A number for each different value, int64 of shape (rows,), from 1 on as they come; 0 for no value."""
    try:
        coded: Any = pa.chunked_array(values.chunks).combine_chunks().dictionary_encode()
    except CAST_ERRORS:
        coded = values.cast(pa.string()).combine_chunks().dictionary_encode()
    return coded.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False) + 1


def hashed(columns: Iterable[np.ndarray]) -> np.ndarray:
    """One hash for each row of several columns, uint64 of shape (rows,).

    Args:
        columns: at least one, each uint64 of shape (rows,).
    """
    keys = np.zeros(1, np.uint64)
    for number, column in enumerate(columns, 1):
        step = np.array([number], np.uint64) * GOLDEN
        keys = finalised(keys ^ finalised(column + step))
    return keys


def equal_in(keys: np.ndarray, others: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """For each key the row, of those with the other keys, that has the same one; -1 where none has.

    Args:
        keys: of shape (n,).
        others, rows: of shape (m,).
    """
    order = np.argsort(others, kind="stable")
    found = order[np.minimum(np.searchsorted(others[order], keys), len(others) - 1)]
    return np.where(others[found] == keys, rows[found], -1)
