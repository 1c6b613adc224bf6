"""Values that come as text, read by the same rules as the training table's."""

import io
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.csv as csv

from fourbeat.data.arrow import CAST_ERRORS, pc
from fourbeat.data.column import Column
from fourbeat.data.numbers import as_numbers
from fourbeat.data.source import NUMERIC_NULLS
from fourbeat.errors import DataError, first_line
from fourbeat.types import Values


def parse(values: Values, kind: pa.DataType, missing: Sequence[str] = ()) -> Values:
    """Text as a type, by pyarrow's CSV rules: trimmed, `NA` and the like are missing.

    Raises:
        pyarrow.ArrowInvalid: if a text is not of that type.
    """
    buffer = io.BytesIO()
    csv.write_csv(pa.Table.from_arrays([values], ["x"]), buffer)
    table = csv.read_csv(
        io.BytesIO(buffer.getvalue()),
        parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types={"x": kind}, null_values=[*NUMERIC_NULLS, *missing]
        ),
    )
    return table["x"]


def from_text(
    column: Column, values: Values, missing: Sequence[str], place: str, before: int = 0
) -> Values:
    """Text as what a column is.

    Args:
        column: not a category.
        values: of type `string`.
        missing: texts that mean "no value", beside the usual ones.
        place: what messages call the table.
        before: rows of the table before these.

    Raises:
        DataError: naming the first text that cannot be read, and its row.
    """
    for kind in kinds(column):
        try:
            parsed = read(values, kind, missing)
            as_numbers(column, parsed)
            return parsed
        except CAST_ERRORS:
            continue
    row = first_bad(column, values, missing)
    raise DataError(
        f"{values[row].as_py()!r} is not {column.type}",
        f"{place}, column {column.name!r}, row {before + row + 1}",
    )


def read(values: Values, kind: pa.DataType, missing: Sequence[str]) -> Values:
    """Text as a type; where that is text, it is read already."""
    return values if pa.types.is_string(kind) else parse(values, kind, missing)


def kinds(column: Column) -> list[pa.DataType]:
    """The Arrow types to read a column as, in order: the training table's own comes first."""
    if column.formats:
        return [pa.string()]
    if column.source.startswith("time32") or column.source.startswith("time64"):
        return [pa.time32("s"), pa.time64("ns")]
    if column.type == "numeric":
        return [pa.int64(), pa.float64()] if "int" in column.source else [pa.float64()]
    if column.type == "boolean":
        return [pa.bool_(), pa.string()]
    if column.source.startswith("date"):
        return [pa.date32(), pa.timestamp("us")]
    return [pa.timestamp("ns"), pa.timestamp("ns", "UTC"), pa.string()]


def first_bad(column: Column, values: Values, missing: Sequence[str]) -> int:
    """The first row that keeps a column from being read, by halving."""

    def readable(rows: int) -> bool:
        for kind in kinds(column):
            try:
                as_numbers(column, read(values.slice(0, rows), kind, missing))
                return True
            except CAST_ERRORS:
                continue
        return False

    low, high = 0, len(values)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if readable(middle) else (low, middle)
    return low


def unify(first: Values, other: Values, place: str) -> tuple[Values, Values]:
    """One type for a column of two tables, that of the first wherever the second fits into it.

    Raises:
        DataError: naming the first value of the second table that does not fit, and its row.
    """
    kind = joint(first, other.type)
    return fitted(first, kind, place), fitted(other, kind, place)


def joint(first: Values, b: pa.DataType) -> pa.DataType:
    """The type that a column has over two tables, where the second table's type is b."""
    a = first.type
    if a == b or pa.types.is_null(a) or first.null_count == len(first):
        return b
    if is_number(a) and is_number(b):
        return pa.int64() if pa.types.is_integer(a) and pa.types.is_integer(b) else pa.float64()
    return pa.timestamp("us") if is_day(a) and is_day(b) else a


def fitted(values: Values, kind: pa.DataType, place: str) -> Values:
    """Values as the type that their column has over several tables.

    Raises:
        DataError: naming the first value that does not fit, and its row.
    """
    given = values.type
    if given == kind:
        return values
    alike = any(is_kind(given) and is_kind(kind) for is_kind in (is_number, is_day))
    try:
        if alike or pa.types.is_string(kind) or values.null_count == len(values):
            return values.cast(kind)
        return parse(values.cast(pa.string()), kind)
    except CAST_ERRORS as error:
        reason = first_line(error).removeprefix("In CSV column #0: ")
        raise DataError(
            f"{given} values where the first table has {kind}: {reason}", place
        ) from None


def is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def is_day(kind: pa.DataType) -> bool:
    return pa.types.is_date(kind) or (pa.types.is_timestamp(kind) and kind.tz is None)


def whole(values: Values) -> Values:
    """Whole numbers as the one text they have: 7, 7.0 and "07" are the same category.

    Other texts, 7.5 among them, stay as they are.
    """
    texts = pc.utf8_trim_whitespace(values.cast(pa.string()))
    return pc.replace_substring_regex(
        texts, pattern=r"^\+?(-?)0*(\d+?)(\.0*)?$", replacement=r"\1\2"
    )
