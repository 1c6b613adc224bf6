"""What each column is: inferred from its values, overruled by the user, kept with a reason."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pyarrow as pa

from fourbeat.config.columns import ColumnConfig
from fourbeat.data import written
from fourbeat.data.arrow import CAST_ERRORS, pc
from fourbeat.data.column import WRITTEN, Column
from fourbeat.data.dates import Contradiction, swapped
from fourbeat.data.guess import Guess, amounts, guess
from fourbeat.data.naming import flag, setting
from fourbeat.data.numbers import as_numbers, is_number
from fourbeat.data.orders import order_of
from fourbeat.data.source import Source
from fourbeat.errors import DataError, Problem, first_line
from fourbeat.types import Values

FLOAT32_MAX = float(np.finfo(np.float32).max)


def infer(
    source: Source,
    target: str | Sequence[str],
    *,
    ignore: Sequence[str] = (),
    told: Mapping[str, ColumnConfig] | None = None,
) -> list[Column]:
    """Say what every column but the target, or targets, is.

    Raises:
        DataError: with every column that cannot be used as it is.
    """
    targets = [target] if isinstance(target, str) else target
    columns, problems = look(source, targets, ignore, told or {})
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


def look(
    source: Source, targets: Sequence[str], ignore: Sequence[str], told: Mapping[str, ColumnConfig]
) -> tuple[list[Column], list[Problem]]:
    """What every column but the targets is, and what keeps some from being used.

    Raises:
        DataError: for names that the table does not have.
    """
    if problems := unknown_names(source, targets, ignore, told):
        raise DataError(problems)
    columns: list[Column] = []
    for name, values in source.columns.items():
        if name in targets:
            continue
        column, wrong = decide(name, values, source, ignore, told.get(name))
        problems += wrong or faults(column, values, source)
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
    return columns, problems


def is_same(a: Values, b: Values) -> bool:
    """Whether two columns have the same value in every row."""
    return a.type == b.type and bool(pc.all(pc.equal(a, b).fill_null(False)).as_py())


def unknown_names(
    source: Source, targets: Sequence[str], ignore: Sequence[str], told: Mapping[str, ColumnConfig]
) -> list[Problem]:
    """Names in the configuration that the table does not have."""
    import difflib

    def unknown(name: str, flag: str) -> Problem:
        near = difflib.get_close_matches(name, list(source.columns), n=1)
        known = ", ".join([*source.columns][:20]) + (", …" if len(source.columns) > 20 else "")
        remedy = f"Did you mean {near[0]!r}?" if near else f"Columns: {known}"
        return Problem(f"no column {name!r}, which {flag} names", source.name, remedy)

    problems = [unknown(name, "--target") for name in targets if name not in source.columns]
    problems += [unknown(name, "data.columns") for name in told if name not in source.columns]
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
    name: str, values: Values, source: Source, ignore: Sequence[str], told: ColumnConfig | None
) -> tuple[Column, list[Problem]]:
    """The type of one column and the reason for it, and what has to be asked."""
    kind = str(values.type)
    if any(matches(name, pattern) for pattern in ignore):
        return Column(name=name, type="ignored", source=kind, reason="left out on request"), []
    if told is not None and told.kind is not None:
        return declared(name, values, source, told)
    guessed = guess(name, values, source.orders.get(name, ()))
    column = Column(
        name=name,
        type=guessed.type,
        source=kind,
        reason=guessed.reason,
        formats=guessed.formats,
        order=guessed.order,
    )
    if guessed.instead:
        return column, [ambiguous(name, values, guessed, source)]
    if guessed.torn:
        return column, [torn(name, guessed.torn, source)]
    if column.type == "numeric":
        column = scaled(column, values, None)
    return column, []


def declared(
    name: str, values: Values, source: Source, told: ColumnConfig
) -> tuple[Column, list[Problem]]:
    """A column that is what the configuration says."""
    assert told.kind is not None
    what: dict[str, Any] = {"formats": told.format, "order": told.order, "buckets": told.buckets}
    problems: list[Problem] = []
    reason = "declared"
    if told.kind == "numeric" and not told.format and pa.types.is_string(values.type):
        plain = all(map(is_number, values.slice(0, 100).to_pylist()))
        found = None if plain else written.recognise(values)
        if found is not None:
            what["formats"], reason = (found.form,), f"declared; {amounts(name, found)}"
    if told.kind == "ordered":
        texts = [str(text) for text in pc.unique(values.cast(pa.string()).drop_null()).to_pylist()]
        known = source.orders.get(name) or (order_of(texts) or [()])[0]
        what["order"] = told.order or known
        strange = sorted(set(texts) - set(what["order"]))
        if strange:
            named = ", ".join(map(repr, strange[:5]))
            verb = "have" if len(strange) > 1 else "has"
            fact = f"{named} {verb} no place in the order" if told.order else "no order is known"
            remedy = "Give all, the lowest first: " + setting(
                "columns", name, "order", '["…", "…"]'
            )
            problems = [Problem(fact, f"{source.name}, column {name!r}", remedy)]
    column = Column(name=name, type=told.kind, source=str(values.type), reason=reason, **what)
    return scaled(column, values, told) if column.type == "numeric" else column, problems


def ambiguous(name: str, values: Values, guessed: Guess, source: Source) -> Problem:
    """What to ask where nothing says which of day and month comes first."""
    ways = ", or ".join(
        f"{first} first: " + setting("columns", name, "format", list(forms))
        for first, forms in (("day", guessed.formats), ("month", guessed.instead))
    )
    text = values.drop_null()[0].as_py()
    fact = f"{text!r} and all others could have the day first or the month first"
    return Problem(fact, f"{source.name}, column {name!r}", f"Say which. {ways}")


def torn(name: str, dates: Contradiction, source: Source) -> Problem:
    """What to ask where some dates have the day first and others the month."""
    (days, day), (months, month) = dates.day_first, dates.month_first
    forms = [*dates.formats, *map(swapped, dates.formats)]
    either = setting("columns", name, "format", forms)
    return Problem(
        f"{days:,} dates can only have the day first ({day!r}), and {months:,} only the month ({month!r})",
        f"{source.name}, column {name!r}",
        f"Write them in one way. To read what could be either with the day first: {either}. "
        f"To leave the column out: {flag(name)}",
    )


def scaled(column: Column, values: Values, told: ColumnConfig | None) -> Column:
    """A numeric column, mapped by its quantiles where told, or where it has infinite values."""
    if told is not None and told.scale is not None:
        return column.model_copy(update={"scale": told.scale})
    try:
        infinite = int(np.isinf(as_numbers(column, values)).sum())
    except CAST_ERRORS:
        return column  # `faults` says it
    if not infinite:
        return column
    reason = f"{column.reason}; mapped by its quantiles, for {infinite:,} values are infinite"
    return column.model_copy(update={"scale": "quantile", "reason": reason})


def first_bad(column: Column, values: Values) -> int:
    """The first row that is not what its column is taken for, by halving."""
    low, high = 0, len(values)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            as_numbers(column, values.slice(0, middle))
            low = middle
        except CAST_ERRORS:
            high = middle
    return low


def faults(column: Column, values: Values, source: Source) -> list[Problem]:
    """What keeps a column from being used as what it is taken for."""
    if not column.used:
        return []
    leave_out = f"Leave it out: {flag(column.name)}"
    place = f"{source.name}, column {column.name!r}"
    if values.null_count == len(values):
        return [Problem("every value is missing", place, leave_out)]
    if column.type in WRITTEN:
        try:
            values.cast(pa.string())
        except CAST_ERRORS:
            return [Problem(f"{values.type} values cannot be categories", place, leave_out)]
        return []
    try:
        numbers = as_numbers(column, values)
    except CAST_ERRORS as error:
        row = first_bad(column, values)
        remedy = f"Correct it, declare another type, or leave the column out: {flag(column.name)}"
        fact = f"declared {column.type}, but {first_line(error)}"
        return [Problem(fact, f"{place}, row {row + 1}", remedy)]
    strange = np.flatnonzero(np.abs(numbers) > FLOAT32_MAX)
    if len(strange) and column.scale != "quantile":
        rows = ", ".join(str(row + 1) for row in strange[:3])
        more = ", …" if len(strange) > 3 else ""
        return [
            Problem(
                f"{len(strange)} value{'s' * (len(strange) > 1)} infinite or too large for float32",
                f"{place}, row {rows}{more}",
                "Correct it, leave it empty, map it by its quantiles, or leave the column out: "
                f"{flag(column.name)}",
            )
        ]
    return []
