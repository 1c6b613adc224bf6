"""Values that come as text, read as the training table's were."""

import pyarrow as pa

from fourbeat.data.arrow import CAST_ERRORS, pc
from fourbeat.data.schema import Column, as_numbers
from fourbeat.data.source import NUMERIC_NULLS, plain
from fourbeat.errors import Problem
from fourbeat.types import Values


def from_text(column: Column, values: Values) -> Values:
    """Text of a CSV field as the column's own type: trimmed, and missing where it says so."""
    if column.type == "category":
        return plain(values)
    trimmed = pc.utf8_trim_whitespace(plain(values))
    gone = pc.is_in(trimmed, value_set=pa.array(NUMERIC_NULLS, pa.string()))
    return pc.if_else(gone, pa.scalar(None, pa.string()), trimmed)


def mismatch(column: Column, values: Values) -> Problem | None:
    """Why these values cannot be this column's, if they cannot; names the first row."""
    if column.type == "category":
        return None
    try:
        as_numbers(column.type, values)
    except CAST_ERRORS as error:
        for row, value in enumerate(values):
            try:
                as_numbers(column.type, pa.chunked_array([pa.array([value.as_py()], values.type)]))
            except CAST_ERRORS:
                return Problem(
                    f"{value.as_py()!r} is not {column.type}",
                    f"column {column.name!r}, row {row + 1}",
                )
        return Problem(str(error).splitlines()[0], f"column {column.name!r}")
    return None
