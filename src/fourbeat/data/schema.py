"""What each column is: inferred from its values, overruled by the user, kept with a reason."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import cast

import numpy as np
import pyarrow as pa

from fourbeat.data.arrow import CAST_ERRORS, pc
from fourbeat.data.column import Column
from fourbeat.data.naming import flag
from fourbeat.data.source import Source
from fourbeat.errors import DataError, Problem, first_line
from fourbeat.types import ColumnType, Values

#: Below this many rows, different values in every row prove nothing.
ENOUGH_ROWS = 20

FLOAT32_MAX = float(np.finfo(np.float32).max)

TRUTH = {"true": True, "yes": True, "t": True, "y": True}
FALSEHOOD = {"false": False, "no": False, "f": False, "n": False}


def infer(
    source: Source,
    target: str | Sequence[str],
    *,
    ignore: Sequence[str] = (),
    types: Mapping[str, ColumnType] | None = None,
    max_categories: int = 5000,
) -> list[Column]:
    """Say what every column but the target, or targets, is.

    Raises:
        DataError: with every column that cannot be used as it is.
    """
    types = types or {}
    targets = [target] if isinstance(target, str) else target
    problems = unknown_names(source, targets, ignore, types)
    if problems:
        raise DataError(problems)
    columns: list[Column] = []
    for name, values in source.columns.items():
        if name in targets:
            continue
        column = decide(name, values, ignore, types.get(name), max_categories)
        problems += faults(column, values, source, max_categories)
        for copied in targets if column.used else ():
            if is_same(values, source.columns[copied]):
                problems.append(
                    Problem(
                        f"column {name!r} is the target {copied!r} over again",
                        source.name,
                        f"Leave it out: {flag(name)}",
                    )
                )
        columns.append(column)
    if not problems and not any(column.used for column in columns):
        problems.append(
            Problem(
                "no column is left to learn from",
                source.name,
                "; ".join(f"{column.name}: {column.reason}" for column in columns[:5]),
            )
        )
    if problems:
        raise DataError(problems)
    return columns


def is_same(a: Values, b: Values) -> bool:
    """Whether two columns have the same value in every row."""
    return a.type == b.type and bool(pc.all(pc.equal(a, b).fill_null(False)).as_py())


def unknown_names(
    source: Source, targets: Sequence[str], ignore: Sequence[str], types: Mapping[str, ColumnType]
) -> list[Problem]:
    """Names in the configuration that the table does not have."""
    import difflib

    def unknown(name: str, flag: str) -> Problem:
        near = difflib.get_close_matches(name, list(source.columns), n=1)
        known = ", ".join([*source.columns][:20]) + (", …" if len(source.columns) > 20 else "")
        remedy = f"Did you mean {near[0]!r}?" if near else f"Columns: {known}"
        return Problem(f"no column {name!r}, which {flag} names", source.name, remedy)

    problems = [unknown(name, "--target") for name in targets if name not in source.columns]
    problems += [unknown(name, "data.types") for name in types if name not in source.columns]
    problems += [
        unknown(pattern, "--ignore")
        for pattern in ignore
        if not any(matches(name, pattern) for name in source.columns)
    ]
    problems += [
        Problem(f"the target {name!r} is also ignored", source.name)
        for name in targets
        if any(matches(name, pattern) for pattern in ignore)
    ]
    return problems


def matches(name: str, pattern: str) -> bool:
    """Whether a pattern means a column: by its very name, or as a shell pattern."""
    return name == pattern or fnmatchcase(name, pattern)


def decide(
    name: str,
    values: Values,
    ignore: Sequence[str],
    told: ColumnType | None,
    max_categories: int,
) -> Column:
    """The type of one column and the reason for it."""
    kind = str(values.type)
    if any(matches(name, pattern) for pattern in ignore):
        return Column(name=name, type="ignored", source=kind, reason="left out on request")
    if told is not None:
        return Column(name=name, type=told, source=kind, reason="declared")
    type_, reason = guess(values)
    return Column(name=name, type=type_, source=kind, reason=reason)


def guess(values: Values) -> tuple[ColumnType, str]:
    """What a column is, by its values over all rows."""
    kind, rows = values.type, len(values)
    if pa.types.is_nested(kind) or pa.types.is_large_binary(kind):
        return "ignored", f"{kind} values are not supported"
    if values.null_count == rows:
        return guess_type(kind), "has no value in any row"
    try:
        distinct = cast(int, pc.count_distinct(values, mode="only_valid").as_py())
    except CAST_ERRORS:
        return "ignored", f"{kind} values are not supported"
    if distinct == 1 and values.null_count == 0 and rows > 1:
        return "ignored", "the same value in every row"
    if pa.types.is_boolean(kind):
        return "boolean", "true and false"
    if pa.types.is_integer(kind):
        low, high = (cast(int, v) for v in pc.min_max(values).as_py().values())
        if rows >= ENOUGH_ROWS and distinct == rows and high - low == rows - 1:
            return "id", f"counts the rows, {low} to {high}"
        return "numeric", f"whole numbers, cast from {kind} to float32"
    if pa.types.is_floating(kind):
        return "numeric", f"numbers, cast from {kind} to float32"
    if is_time(kind):
        return "datetime", "number of days since 1970-01-01, as float32"
    if not pa.types.is_string(kind):
        return "ignored", f"{kind} values are not supported"
    texts = {str(v).lower() for v in pc.unique(values.slice(0, 1000)).to_pylist() if v is not None}
    if texts <= TRUTH.keys() | FALSEHOOD.keys() and distinct == 2:
        texts = {str(v).lower() for v in pc.unique(values).to_pylist() if v is not None}
        if len(texts) == 2 and texts & TRUTH.keys() and texts & FALSEHOOD.keys():
            return "boolean", f"{' and '.join(sorted(texts))}, read as true and false"
    if rows >= ENOUGH_ROWS and distinct > rows / 2:
        return "id", f"{distinct:,} different texts in {rows:,} rows: an id or free text"
    return "category", f"{distinct:,} different texts{numbers_hint(values)}"


def guess_type(kind: pa.DataType) -> ColumnType:
    """What an empty column would be, by its Arrow type alone."""
    return "category" if pa.types.is_string(kind) else "numeric"


def is_time(kind: pa.DataType) -> bool:
    return pa.types.is_timestamp(kind) or pa.types.is_date(kind)


def numbers_hint(values: Values) -> str:
    """Say it when a text column is numbers but for a few markers."""
    counts = pc.value_counts(values.drop_null())
    texts = [str(v) for v in counts.field("values").to_pylist()]
    markers = [text for text in texts if not is_number(text)]
    if len(texts) >= ENOUGH_ROWS and 0 < len(markers) <= 3:
        named = ", ".join(repr(marker) for marker in markers)
        return f"; all numbers but {named}: `--missing` would make it numeric"
    return ""


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def faults(column: Column, values: Values, source: Source, max_categories: int) -> list[Problem]:
    """What keeps a column from being used as what it is taken for."""
    leave_out = f"Leave it out: {flag(column.name)}"
    place = f"{source.name}, column {column.name!r}"
    if not column.used:
        return []
    if values.null_count == len(values):
        return [Problem("every value is missing", place, leave_out)]
    if column.type == "category":
        try:
            distinct = cast(int, pc.count_distinct(values.cast(pa.string())).as_py())
        except CAST_ERRORS:
            return [Problem(f"{values.type} values cannot be categories", place, leave_out)]
        if distinct > max_categories:
            return [
                Problem(
                    f"{distinct:,} different categories, more than the {max_categories:,} allowed",
                    place,
                    f"{leave_out}, or raise --set data.max_categories={distinct}",
                )
            ]
        return []
    try:
        numbers = as_numbers(column.type, values)
    except CAST_ERRORS as error:
        return [Problem(f"declared {column.type}, but {first_line(error)}", place, leave_out)]
    infinite = np.flatnonzero(np.abs(numbers) > FLOAT32_MAX)
    if len(infinite):
        rows = ", ".join(str(row + 1) for row in infinite[:3])
        more = ", …" if len(infinite) > 3 else ""
        return [
            Problem(
                f"{len(infinite)} value{'s' * (len(infinite) > 1)} infinite or too large for float32",
                f"{place}, row {rows}{more}",
                f"Correct it, leave it empty, or leave the column out: {flag(column.name)}",
            )
        ]
    return []


def as_numbers(type_: ColumnType, values: Values) -> np.ndarray:
    """A numeric, boolean or datetime column as float64 of shape (rows,), NaN where missing.

    Raises:
        pyarrow.ArrowInvalid: if a text is not a number (or truth, or date), or a number no truth.
    """
    kind = values.type
    if type_ == "boolean" and pa.types.is_string(kind):
        lower = pc.utf8_lower(values)
        known = pa.array([*TRUTH, *FALSEHOOD])
        as_number = pa.array([1.0] * len(TRUTH) + [0.0] * len(FALSEHOOD))
        index = pc.index_in(lower, value_set=known)
        strange = pc.and_(pc.is_null(index), pc.is_valid(values))
        if pc.any(strange).as_py():
            first = pc.filter(values, strange)[0].as_py()
            raise pa.ArrowInvalid(f"{first!r} is neither true nor false")
        values = pc.take(as_number, index)
    elif type_ == "datetime":
        if pa.types.is_string(kind) or pa.types.is_date(kind):
            values = values.cast(pa.timestamp("us"))
        elif pa.types.is_timestamp(kind):
            values = values.cast(pa.timestamp("us", tz=kind.tz), safe=False)
        else:
            raise pa.ArrowInvalid(f"{kind} values are not dates")
        values = pc.divide(values.cast(pa.int64()).cast(pa.float64(), safe=False), 86_400e6)
    # to_numpy gives NaN for a missing value only where the type has one.
    numbers = values.cast(pa.float64(), safe=False).to_numpy()
    if type_ == "boolean":
        strange = numbers[~np.isnan(numbers) & (numbers != 0) & (numbers != 1)]
        if len(strange):
            raise pa.ArrowInvalid(f"{strange[0]:g} is neither 0 nor 1")
    return numbers
