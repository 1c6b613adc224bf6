"""Answers that can be measured: of one length, finite, probabilities between 0 and 1."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fourbeat.errors import DataError

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


def probabilities(p: NDArray[np.floating], rows: int) -> Floats:
    """Probabilities as float64 of shape (rows, outputs).

    Args:
        p: of shape (rows, outputs) or (rows,).
        rows: as many as there are targets.

    Raises:
        DataError: for another number of rows, none at all, or a value that is NaN or outside of 0 and 1.
    """
    found = numbers(p, rows, "probabilities")
    outside = np.flatnonzero(((found < 0) | (found > 1)).any(axis=1))
    if len(outside):
        row = int(outside[0])
        bad = next(float(v) for v in found[row] if not 0 <= v <= 1)
        raise DataError(
            f"a probability is {bad}: {len(outside):,} of {rows:,} rows have one outside of 0 and 1",
            f"row {row}",
            "Give probabilities, not logits",
        )
    return found


def numbers(values: NDArray[np.floating], rows: int, what: str) -> Floats:
    """Finite numbers as float64 of shape (rows, outputs).

    Raises:
        DataError: for another number of rows, none at all, or a value that is not finite.
    """
    if len(values) != rows or rows == 0:
        raise DataError(f"{len(values):,} rows of {what} for {rows:,} targets", what)
    found = np.asarray(values, np.float64).reshape(rows, -1)
    bad = np.flatnonzero(~np.isfinite(found).all(axis=1))
    if len(bad):
        raise DataError(
            f"{what} of {len(bad):,} of {rows:,} rows are not finite",
            f"row {int(bad[0])}",
            "Look at the inputs of that row: extreme values, or a cast that overflowed",
        )
    return found
