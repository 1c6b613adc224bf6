"""A prepared table without some of its columns."""

from collections.abc import Collection
from dataclasses import replace

import torch

from fourbeat.data import encode
from fourbeat.data.encode import Features
from fourbeat.data.prepare import Prepared
from fourbeat.data.stored import StoredFeatures
from fourbeat.data.words import CODES


def without(data: Prepared, names: Collection[str]) -> Prepared | None:
    """The same rows, without what these columns were encoded to; None if no column is left."""
    numbers: list[int] = []
    codes: list[int] = []
    columns = [column for column in data.record.columns if column.used]
    at, code, text = 0, 0, len(data.shape.cardinalities)
    for column in columns:
        width, coded = encode.width(column), int(encode.coded(column))
        words = CODES * (column.type == "text")
        if column.name not in names:
            numbers += range(at, at + width)
            codes += [*range(code, code + coded), *range(text, text + words)]
        at, code, text = at + width, code + coded, text + words
    left = [column for column in columns if column.name not in names]
    if not left:
        return None
    features = (
        Features(
            data.features.numeric[:, torch.tensor(numbers, dtype=torch.int64)],
            data.features.codes[:, torch.tensor(sorted(codes), dtype=torch.int64)],
        )
        if isinstance(data.features, Features)
        else StoredFeatures(left, data.features.table, data.features.place)
    )
    record = data.record.model_copy(update={"columns": left})
    shape = encode.shape_of(left, data.shape.outputs)
    return replace(data, features=features, record=record, shape=shape)
