"""The types of a CSV's columns over all rows, block by block, as pyarrow infers them of the whole file."""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from fourbeat.data.arrow import CAST_ERRORS
from fourbeat.data.text import parse
from fourbeat.types import Values

ORDER: tuple[pa.DataType, ...] = (
    pa.null(),
    pa.int64(),
    pa.bool_(),
    pa.date32(),
    pa.time32("s"),
    pa.timestamp("s"),
    pa.timestamp("s", "UTC"),
    pa.timestamp("ns"),
    pa.timestamp("ns", "UTC"),
    pa.float64(),
    pa.string(),
)
"""What pyarrow tries, in turn: a column is the first that every value of it can be read as."""


def types_of(
    blocks: Iterator[pa.Table], missing: Sequence[str], text: Sequence[str]
) -> dict[str, pa.DataType]:
    """The type of each column.

    Args:
        blocks: the rows, every field as the text that it is.
        missing: texts that mean "no value", beside pyarrow's own.
        text: columns that are text whatever they look like.
    """
    left: dict[str, list[pa.DataType]] = {}
    for block in blocks:
        for name in block.column_names:
            before = left.get(name, [pa.string()] if name in text else list(ORDER))
            left[name] = [kind for kind in before if fits(block[name], kind, missing)]
    return {name: kinds[0] for name, kinds in left.items()}


def fits(values: Values, kind: pa.DataType, missing: Sequence[str]) -> bool:
    """Whether all texts of a block can be read as a type."""
    if pa.types.is_string(kind):
        return True
    try:
        # Most kinds are ruled out by the first values already.
        if len(values) > 2 * FEW:
            parse(values.slice(0, FEW), kind, missing)
        parse(values, kind, missing)
    except CAST_ERRORS:
        return False
    return True


FEW = 64
"""Values that a type is tried on before all."""
