"""The bins of a piecewise linear encoding: quantiles of the training rows."""

from dataclasses import replace

import numpy as np
import torch

from fourbeat.data.column import Column
from fourbeat.data.encode import Features, shape_of, width
from fourbeat.data.prepare import Prepared

BINS = 32
"""Bins of a number, at most."""


def in_bins(data: Prepared) -> Prepared:
    """The same data, with the edges of each number's bins in its record and shape; see `edges`.

    Rows without a value do not count, and an indicator of missing values has no bins.
    """
    columns: list[Column] = []
    train = torch.from_numpy(data.rows.train)
    at = 0
    for column in data.record.columns:
        if column.used and column.is_number:
            parts = width(column)
            if isinstance(data.features, Features):
                numeric = data.features.numeric[:, at : at + parts]
            else:
                numeric = data.features.column(column).numeric
            numeric = numeric[train].numpy()
            values = numeric[:, 0]
            if column.missing:
                values = values[numeric[:, 1] == 0]
            columns.append(column.model_copy(update={"edges": edges(values)}))
            at += parts
        else:
            columns.append(column)
    record = data.record.model_copy(update={"columns": columns})
    return replace(data, record=record, shape=shape_of(columns, record.outputs))


def edges(values: np.ndarray) -> tuple[float, ...]:
    """The values themselves where they are few, or else their quantiles, each one of the values.

    Args:
        values: float32 of shape (rows,).
    """
    different = np.unique(values)
    if len(different) > BINS + 1:
        shares = np.linspace(0, 1, BINS + 1)
        different = np.unique(np.quantile(values, shares, method="nearest"))
    return tuple(different.tolist())
