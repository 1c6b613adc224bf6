"""Rows: the numbers that a sampler drew, and how many a batch has."""

from typing import Any, cast

import numpy as np
from torch import Tensor

from fourbeat.data.batch import tensors


def row_numbers(index: Any) -> np.ndarray | None:
    """A sampler's answer as row numbers, int64 of shape (n,); None where it is none."""
    whole = cast(list[Any], index if isinstance(index, list | tuple) else [index])
    if isinstance(index, Tensor):
        whole = index.reshape(-1).tolist()
    if not all(isinstance(one, int | np.integer | Tensor) for one in whole):
        return None
    return np.array([int(one) for one in whole], np.int64)


def rows_in(batch: Any) -> int:
    """Rows of a batch: the length of its first tensor that has one, 0 without."""
    return next((len(tensor) for tensor in tensors(batch) if tensor.ndim and len(tensor)), 0)
