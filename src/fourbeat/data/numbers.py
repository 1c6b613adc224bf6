"""The numbers behind a column's values, whatever they are written as."""

import numpy as np
import pyarrow as pa

from fourbeat.data import dates, written
from fourbeat.data.arrow import pc
from fourbeat.data.column import Column
from fourbeat.types import Values

ENGLISH = {
    "true": True,
    "yes": True,
    "t": True,
    "y": True,
    "false": False,
    "no": False,
    "f": False,
    "n": False,
}
LANGUAGES: tuple[dict[str, bool], ...] = (
    ENGLISH,
    {"ja": True, "nein": False},
    {"oui": True, "non": False},
    {"sí": True, "si": True, "sì": True, "no": False},
)
"""Words of truth and falsehood; a column's are of one language."""

TRUTH = {word: True for words in LANGUAGES for word, true in words.items() if true}
FALSEHOOD = {word: False for words in LANGUAGES for word, true in words.items() if not true}


def as_numbers(column: Column, values: Values) -> np.ndarray:
    """A column that is no category as float64 of shape (rows,), NaN where missing.

    A boolean is 0 or 1, a datetime its days since 1970, a time of day its hours, an ordered category
    its place in the order (NaN for a text that has none).

    Raises:
        pyarrow.ArrowInvalid: if a text is not a number (or truth, or date), or a number no truth.
    """
    if column.type == "ordered":
        values = pc.index_in(
            values.cast(pa.string()), value_set=pa.array(column.order, pa.string())
        )
    elif column.type == "datetime":
        values = days(column, values)
    elif pa.types.is_string(values.type):
        values = truths(values) if column.type == "boolean" else amounts(column, values)
    elif pa.types.is_time(values.type):
        values = hours(values)
    # to_numpy gives NaN for a missing value only where the type has one.
    numbers = values.cast(pa.float64(), safe=False).to_numpy()
    if column.type == "boolean":
        strange = numbers[~np.isnan(numbers) & (numbers != 0) & (numbers != 1)]
        if len(strange):
            raise pa.ArrowInvalid(f"{strange[0]:g} is neither 0 nor 1")
    return numbers


def truths(values: Values) -> Values:
    """Texts of truth and falsehood as 1.0 and 0.0.

    Raises:
        pyarrow.ArrowInvalid: naming one that is neither.
    """
    known = pa.array([*TRUTH, *FALSEHOOD])
    meaning = pa.array([1.0] * len(TRUTH) + [0.0] * len(FALSEHOOD))
    index = pc.index_in(pc.utf8_lower(values), value_set=known)
    strange = pc.and_(pc.is_null(index), pc.is_valid(values))
    if pc.any(strange).as_py():
        raise pa.ArrowInvalid(
            f"{pc.filter(values, strange)[0].as_py()!r} is neither true nor false"
        )
    return pc.take(meaning, index)


def amounts(column: Column, values: Values) -> Values:
    """Texts that are numbers, by the column's format where it has one, float64.

    Raises:
        pyarrow.ArrowInvalid: naming one that is none.
    """
    if column.formats:
        (form,) = column.formats
        numbers = written.read(values, form)
        strange = pc.and_(pc.is_null(numbers), pc.is_valid(values))
        if pc.any(strange).as_py():
            text = pc.filter(values, strange)[0].as_py()
            raise pa.ArrowInvalid(f"{text!r} is no number that is written as {form}")
        return numbers
    try:
        return values.cast(pa.float64())
    except pa.ArrowInvalid:
        text = next(text for text in pc.unique(values).to_pylist() if not is_number(text))
        raise pa.ArrowInvalid(f"{text!r} is no number") from None


def is_number(text: str | None) -> bool:
    """Whether a text is a number, or none at all."""
    try:
        pa.scalar(text, pa.string()).cast(pa.float64())
    except pa.ArrowInvalid:
        return False
    return True


def hours(values: Values) -> Values:
    """Times of day, or of a duration, as hours, float64."""
    nanoseconds = values.cast(pa.time64("ns")).cast(pa.int64())
    return pc.divide(nanoseconds.cast(pa.float64()), 3600e9)


def days(column: Column, values: Values) -> Values:
    """Dates and moments as days since 1970-01-01, float64.

    Raises:
        pyarrow.ArrowInvalid: if a value is no date, or a text none of the column's formats.
    """
    kind = values.type
    if column.formats:
        texts = values.cast(pa.string())
        moments = dates.read(texts, column.formats)
        strange = pc.and_(pc.is_null(moments), pc.is_valid(texts))
        if pc.any(strange).as_py():
            text = pc.filter(texts, strange)[0].as_py()
            raise pa.ArrowInvalid(f"{text!r} is no date of the form {' or '.join(column.formats)}")
        values = moments
    elif pa.types.is_string(kind) or pa.types.is_date(kind):
        values = values.cast(pa.timestamp("us"))
    elif pa.types.is_timestamp(kind):
        values = values.cast(pa.timestamp("us", tz=kind.tz), safe=False)
    else:
        raise pa.ArrowInvalid(f"{kind} values are not dates")
    return pc.divide(values.cast(pa.int64()).cast(pa.float64(), safe=False), 86_400e6)
