"""Dates that are written as text: in which format, and whether day or month comes first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import pyarrow as pa

from fourbeat.data.arrow import pc
from fourbeat.types import Values

DAYS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
)
DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y")
TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S", " %I:%M %p", " %I:%M:%S %p")

FIELDS = {
    "%d": r"(?P<day>\d{1,2})",
    "%m": r"\d{1,2}",
    "%b": r"[A-Za-z]{3}",
    "%B": r"[A-Za-z]{3,9}",
    "%Y": r"[12]\d{3}",
    "%y": r"\d{2}",
    "%H": r"\d{1,2}",
    "%I": r"\d{1,2}",
    "%M": r"\d{2}",
    "%S": r"\d{2}",
    "%p": r"[AaPp][Mm]",
}
"""What a format may hold, and how texts of it look: `strptime` alone takes 3/2/16 for the year 16."""

MOST_FORMATS = 3
"""Texts in more formats than this are no dates."""

SAMPLE = 500
"""Texts by which formats are ruled out before all texts are read."""


@dataclass(frozen=True, slots=True)
class Dates:
    """How a column's texts are dates.

    Attributes:
        formats: each text is read by the first that fits.
        proof: a text that shows which of day and month comes first; empty where none is needed.
        instead: the formats with the other of them first, where every text fits these as well.
    """

    formats: tuple[str, ...]
    proof: str = ""
    instead: tuple[str, ...] = ()


def recognise(values: Values) -> Dates | None:
    """The formats by which every text of a column is a date; None if there are none.

    Args:
        values: of type `string`, at least one of them there.
    """
    texts = pa.chunked_array([pc.unique(values.drop_null())])
    some = {re.sub(r"\d+", "0", str(text)): str(text) for text in texts.slice(0, SAMPLE)}
    forms = [form for form in candidates() if any(map(pattern(form).fullmatch, some.values()))]
    if not forms:
        return None
    day_first = cover(texts, forms)
    month_first = cover(texts, [swapped(form) for form in forms])
    if day_first and month_first:
        return Dates(day_first, instead=() if month_first == day_first else month_first)
    found = day_first or month_first
    if not found:
        return None
    misfits = pc.is_null(read(texts, tuple(map(swapped, found))))
    return Dates(found, proof=str(texts.filter(misfits)[0]) if pc.any(misfits).as_py() else "")


@cache
def candidates() -> tuple[str, ...]:
    """The formats that are looked for; of those that are ambiguous the ones with the day first."""
    return tuple(day + time for day, time in product((*DAYS, *DAY_FIRST), TIMES))


def swapped(form: str) -> str:
    """A format of numbers with day and month in each other's place; others as they are."""
    if form.startswith(("%d/%m", "%d-%m", "%d.%m")):
        return f"%m{form[2]}%d{form[5:]}"
    if form.startswith(("%m/%d", "%m-%d", "%m.%d")):
        return f"%d{form[2]}%m{form[5:]}"
    return form


def cover(texts: Values, forms: Sequence[str]) -> tuple[str, ...]:
    """The fewest formats, one after the other, that read all texts; empty if there are none."""
    some = texts.slice(0, SAMPLE)
    left = sorted(
        (form for form in forms if read(some, (form,)).null_count < len(some)),
        key=lambda form: read(some, (form,)).null_count,
    )
    chosen: tuple[str, ...] = ()
    for form in left[:MOST_FORMATS]:
        chosen = (*chosen, form)
        if not read(texts, chosen).null_count:
            return chosen
    return ()


def read(texts: Values, forms: Sequence[str]) -> Values:
    """Texts as moments in microseconds; null where there is no text, or no format fits it.

    Args:
        texts: of type `string`.
        forms: tried in order. A `%d` of 31 in a month of 30 days fits none.
    """
    found: Values | None = None
    for form in forms:
        fields = pc.extract_regex(texts, pattern=re2(form))
        whole = pc.if_else(pc.is_valid(fields), texts, pa.scalar(None, pa.string()))
        moments = pc.strptime(whole, format=form, unit="us", error_is_null=True)
        day = pc.struct_field(fields, "day").cast(pa.int64())
        moments = pc.if_else(pc.equal(day, pc.day(moments)), moments, pa.scalar(None, moments.type))
        found = moments if found is None else pc.coalesce(found, moments)
    assert found is not None
    return found


@cache
def re2(form: str) -> str:
    """The regular expression of the texts of a format."""
    parts = re.split(r"(%.)", form)
    # Without anything between them, as in 20160229, the fields are two digits wide.
    packed = "%m%d" in form or "%d%m" in form
    said = "".join(FIELDS.get(part, re.escape(part)) for part in parts)
    return f"^{said.replace('{1,2}', '{2}') if packed else said}$"


@cache
def pattern(form: str) -> re.Pattern[str]:
    """The same, compiled."""
    return re.compile(re2(form))
