"""What a column is, by its values over all rows."""

import json
import re
from dataclasses import dataclass
from typing import cast

import numpy as np
import pyarrow as pa

from fourbeat.data import dates, markers, written
from fourbeat.data.arrow import CAST_ERRORS, pc
from fourbeat.data.dates import Contradiction, Dates
from fourbeat.data.naming import setting
from fourbeat.data.numbers import LANGUAGES
from fourbeat.data.orders import order_of
from fourbeat.data.spelling import named, spellings
from fourbeat.data.strays import strays
from fourbeat.data.words import is_free
from fourbeat.data.written import Written
from fourbeat.types import ColumnType, Values

ENOUGH_ROWS = 20
"""Below this many rows, different values in every row prove nothing."""

MOST_SPELLINGS = 6
"""Of yes and no, by their case."""

EXACT = 2**53
"""Whole numbers beyond this are codes: not even float64 holds them."""

ENOUGH_DATES = 5
"""Fewer different whole numbers than this that could be dates, such as 20160229, are numbers."""

EPOCH_NAME = re.compile(
    r"(?i:(^|[\s_\-.])(ts|timestamp|epoch|unix|unixtime|time|datetime|date|created|updated|modified|at)"
    r"([\s_\-.]?m?s)?$)|[a-z](Ts|Timestamp|Time|Date|At)$"
)
"""What columns of seconds or milliseconds since 1970 are called."""

YEARS = (946_684_800, 2_051_222_400)
"""Seconds since 1970 of the years from 2000 to 2034."""

ID_NAME = re.compile(
    r"(?i:(^|[\s_\-.])(id|uid|uuid|guid|key)$|[\s_\-.](no|nr|num|number|nummer)\.?$|[^\W\d_]nummer$)"
    r"|[a-z](Id|ID|Key|No|Nr|Num|Number|Nummer)$"
)
"""What columns of ids are called."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column seems to be.

    Attributes:
        type: of the column.
        reason: why.
        formats: of dates, or numbers, written as text.
        instead: formats of dates that would do as well, with day and month in each other's place.
        order: of an ordered category, over all rows.
        torn: dates that no format reads.
    """

    type: ColumnType
    reason: str
    formats: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    torn: Contradiction | None = None


def guess(name: str, values: Values, order: tuple[str, ...] = ()) -> Guess:
    """What a column is.

    Args:
        name: of the column: whole numbers that are all different may be ids by it.
        values: of all rows.
        order: of its categories, where its type has one.
    """
    kind, rows = values.type, len(values)
    if pa.types.is_nested(kind) or pa.types.is_large_binary(kind):
        return Guess("ignored", f"nested or binary values are not supported ({kind})")
    if values.null_count == rows:
        return Guess("ignored", "no value in any row")
    try:
        distinct = different(values)
    except CAST_ERRORS:
        return Guess("ignored", f"{kind} values are not supported")
    if distinct == 1 and values.null_count == 0 and rows > 1:
        return Guess("ignored", "the same value in every row")
    if pa.types.is_boolean(kind):
        return Guess("boolean", "true and false")
    if pa.types.is_integer(kind):
        return of_integers(name, values, distinct)
    if pa.types.is_floating(kind):
        return Guess("numeric", f"numbers, cast from {kind} to float32")
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return Guess("datetime", "dates by their type, read as days since 1970-01-01")
    if pa.types.is_time(kind):
        return Guess("numeric", "times of day, in hours")
    if not pa.types.is_string(kind):
        return Guess("ignored", f"{kind} values are not supported")
    if order:
        return Guess("ordered", "ordered by its type: " + said(order), order=order)
    return of_texts(name, values, distinct)


def different(values: Values) -> int:
    """How many different values a column has.

    Numbers and moments are sorted, which takes a tenth of the memory of counting them by a hash table
    where every row has another one.
    """
    kind = values.type
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    if not (number or pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        return cast(int, pc.count_distinct(values, mode="only_valid").as_py())
    ordered = np.sort(values.drop_null().to_numpy())
    return int((ordered[1:] != ordered[:-1]).sum()) + (len(ordered) > 0)


def of_integers(name: str, values: Values, distinct: int) -> Guess:
    """Whole numbers: ids, dates such as 20160229, or numbers."""
    low, high = (cast(int, v) for v in pc.min_max(values).as_py().values())
    all_differ = len(values) >= ENOUGH_ROWS and distinct == len(values)
    if all_differ and high - low == len(values) - 1:
        return Guess("id", f"counts the rows, {low} to {high}")
    if all_differ and ID_NAME.search(name):
        return Guess("id", "a different whole number in every row, and an id by its name")
    if max(high, -low) > EXACT:
        many = len(values) >= ENOUGH_ROWS and distinct > len(values) / 2
        reason = f"whole numbers of {len(str(high))} digits, which no float holds: codes"
        return Guess("id" if many else "category", reason)
    if distinct >= ENOUGH_DATES and 19000101 <= low <= high <= 21001231:
        texts = values.cast(pa.string())
        if dates.read(texts, ("%Y%m%d",)).null_count == texts.null_count:
            return Guess("datetime", "dates written as whole numbers", formats=("%Y%m%d",))
    if distinct >= ENOUGH_DATES and EPOCH_NAME.search(name):
        for form, unit, factor in (("%s", "seconds", 1), ("%Q", "milliseconds", 1000)):
            if factor * YEARS[0] <= low <= high <= factor * YEARS[1]:
                return Guess("datetime", f"{unit} since 1970, by name and size", (form,))
    return Guess("numeric", f"whole numbers, cast from {values.type} to float32")


def of_texts(name: str, values: Values, distinct: int) -> Guess:
    """Texts: truths, dates, numbers, ids, or categories with or without an order."""
    rows = len(values)
    if distinct <= MOST_SPELLINGS:
        texts = {str(v).lower() for v in pc.unique(values.drop_null()).to_pylist()}
        if len(texts) == 2 and any(
            {*map(words.get, texts)} == {True, False} for words in LANGUAGES
        ):
            return Guess("boolean", f"{' and '.join(sorted(texts))}, read as true and false")
    found = dates.recognise(values)
    if found is not None:
        return Guess("datetime", dated(found), found.formats, found.instead)
    numbers = written.recognise(values)
    if numbers is not None:
        return Guess("numeric", amounts(name, numbers), (numbers.form,))
    torn = dates.contradiction(values)
    if torn is not None:
        return Guess("category", "dates with the day first, and with the month first", torn=torn)
    if rows >= ENOUGH_ROWS and distinct > rows / 2:
        if is_free(values):
            return Guess("text", "free text: its words and pairs of words, by a hash")
        return Guess("id", f"{distinct:,} different texts in {rows:,} rows{hint(values)}")
    order = order_of([str(text) for text in pc.unique(values.drop_null()).to_pylist()])
    if order is not None:
        return Guess("ordered", f"{order[1]}: {said(order[0])}", order=order[0])
    return Guess("category", f"{distinct:,} different texts{hint(values)}{alike(values)}")


def alike(values: Values) -> str:
    """Which texts of a category differ by case or blanks alone; empty for none."""
    found = spellings([str(text) for text in pc.unique(values.drop_null()).to_pylist()])
    more = ", …" if len(found) > 1 else ""
    return f"; {named(found[0])}{more} differ by case or blanks alone" if found else ""


def dated(found: Dates) -> str:
    """The reason for dates."""
    first = "month" if any(form.startswith("%m") for form in found.formats) else "day"
    proof = f"; the {first} comes first: {found.proof}" if found.proof else ""
    return f"dates of the form {' or '.join(found.formats)}{proof}"


def amounts(name: str, found: Written) -> str:
    """The reason for numbers that are written for people."""
    reason = f"numbers written as {found.form}"
    if not found.instead:
        return reason
    return f"{reason}; if they are {found.instead}: {setting('columns', name, 'format', json.dumps(found.instead))}"


def said(order: tuple[str, ...]) -> str:
    """`low < medium < high`."""
    return " < ".join([*order[:6], "…"] if len(order) > 6 else order)


def hint(values: Values) -> str:
    """What a column of text would be without a few texts in it; empty if it would be the same."""
    found, few = markers.proposed(values), strays(values)
    but = ", ".join(repr(marker.text) for marker in [*found, *(few.few if few else ())])
    if not but:
        return ""
    rest = markers.without(values)
    if rest.null_count == len(rest):
        return f"; none but {but}"
    if few is not None and few.bounds:
        return (
            f"; all numbers but {but}: more or less than a number is none, write one in its place"
        )
    if (few is not None and few.kind == "numeric") or is_numeric(rest):
        return f"; all numbers but {but}: `--missing` would make it numeric"
    if few is not None or dates.recognise(rest) is not None:
        return f"; all dates but {but}: `--missing` would make it a datetime"
    if order_of([str(text) for text in pc.unique(rest.drop_null()).to_pylist()]) is not None:
        return f"; all of one order but {but}: `--missing` would make it ordered"
    return ""


def is_numeric(texts: Values) -> bool:
    """Whether all texts are numbers, plain ones or such as people write."""
    return all_numbers(texts) or written.recognise(texts) is not None


def all_numbers(texts: Values) -> bool:
    """Whether all texts are numbers."""
    try:
        pc.unique(texts).cast(pa.float64())
    except CAST_ERRORS:
        return False
    return True
