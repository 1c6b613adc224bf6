"""Dates that are written as text: in which format, and whether day or month comes first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Literal

import pyarrow as pa

from fourbeat.config.columns import unit_of
from fourbeat.data.arrow import pc
from fourbeat.types import Values

DAYS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
)
DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y")
MAIL = ("%a, %d %b %Y %H:%M:%S GMT", "%a, %d %b %Y %H:%M:%S +0000")
"""RFC 2822, in the zone of all other times."""

TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S", " %I:%M %p", " %I:%M:%S %p")

FIELDS = {
    "%d": r"(?P<day>\d{1,2})",
    "%m": r"\d{1,2}",
    "%b": r"[A-Za-z]{3}",
    "%B": r"[A-Za-z]{3,9}",
    "%Y": r"(?:[12]\d{3}|9999)",
    "%y": r"\d{2}",
    "%H": r"\d{1,2}",
    "%I": r"\d{1,2}",
    "%M": r"\d{2}",
    "%S": r"\d{2}",
    "%p": r"[AaPp][Mm]",
    "%a": r"[A-Za-z]{3}",
    "%q": r"[1-4]",
    "%s": r"\d{9,10}",
    "%Q": r"\d{12,13}",
}
"""What a format may hold, and how texts of it look: `strptime` alone takes 3/2/16 for the year 16."""

PERIODS = ("%Y-%m", "%Y/%m", "%b %Y", "%B %Y", "%b-%Y", "%Y-Q%q", "%YQ%q", "%Y Q%q", "Q%q %Y")
"""Months and quarters, which are read as their first day."""

EPOCHS: dict[str, Literal["s", "ms"]] = {"%s": "s", "%Q": "ms"}
"""Seconds and milliseconds since 1970."""

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
        instead: the formats with the other of them first, where every text fits these as well, and some
            would be other dates.
    """

    formats: tuple[str, ...]
    proof: str = ""
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Dates of which some have the day first and others the month.

    Attributes:
        formats: with the day first.
        day_first, month_first: how many texts can only be read so, and one of them.
    """

    formats: tuple[str, ...]
    day_first: tuple[int, str]
    month_first: tuple[int, str]


def recognise(values: Values) -> Dates | None:
    """The formats by which every text of a column is a date; None if there are none.

    Args:
        values: of type `string`, at least one of them there.
    """
    texts = pa.chunked_array([pc.unique(values.drop_null())])
    likely = alike(texts)
    for unit in ("%d", "%q", "%m"):
        forms = [form for form in likely if unit_of(form) == unit]
        if forms and (found := covering(texts, forms)):
            return None if unit == "%m" and are_seasons(texts) else found
    return None


def are_seasons(texts: Values) -> bool:
    """Whether all texts name two years in a row, as 2008-09 does."""
    pairs = [re.fullmatch(r"(\d{4})[-/](\d\d)", str(text)) for text in texts.to_pylist()]
    return len(pairs) > 1 and all(
        pair and (int(pair[1]) + 1) % 100 == int(pair[2]) for pair in pairs
    )


def alike(texts: Values) -> list[str]:
    """The formats of which some text at the start looks like one."""
    some = {re.sub(r"\d+", "0", str(text)): str(text) for text in texts.slice(0, SAMPLE)}
    return [form for form in candidates() if any(map(pattern(form).fullmatch, some.values()))]


def covering(texts: Values, forms: list[str]) -> Dates | None:
    """Some of the formats by which every text is a date; None if there are none."""
    day_first = cover(texts, forms)
    month_first = cover(texts, [swapped(form) for form in forms])
    if day_first and month_first:
        same = month_first == day_first or read(texts, day_first).equals(read(texts, month_first))
        return Dates(day_first, instead=() if same else month_first)
    found = day_first or month_first
    if not found:
        return None
    misfits = pc.is_null(read(texts, tuple(map(swapped, found))))
    return Dates(found, proof=str(texts.filter(misfits)[0]) if pc.any(misfits).as_py() else "")


def contradiction(values: Values) -> Contradiction | None:
    """What of a column's dates has the day first, and what the month, where no format reads all.

    Args:
        values: of type `string`.
    """
    texts = values.drop_null()
    forms = nearest(texts)
    if not forms:
        return None
    first, second = (pc.is_valid(read(texts, f)) for f in (forms, tuple(map(swapped, forms))))
    if not pc.all(pc.or_(first, second)).as_py():
        return None
    sides: list[tuple[int, str]] = []
    for here, there in ((first, second), (second, first)):
        only = texts.filter(pc.and_not(here, there))
        if not len(only):
            return None
        sides.append((len(only), str(only[0])))
    return Contradiction(forms, *sides)


def nearest(texts: Values) -> tuple[str, ...]:
    """The formats that read most texts at the start, the best first; of the ambiguous the day's."""
    some = pa.chunked_array([pc.unique(texts.slice(0, SAMPLE))])
    left = [(read(some, (form,)).null_count, form) for form in alike(some)]
    known = sorted(one for one in left if one[0] < len(some))
    return tuple(form for _, form in known[:MOST_FORMATS] if unit_of(form) == unit_of(known[0][1]))


@cache
def candidates() -> tuple[str, ...]:
    """The formats that are looked for; of those that are ambiguous the ones with the day first."""
    days = (day + time for day, time in product((*DAYS, *DAY_FIRST), TIMES))
    return (*days, *MAIL, *PERIODS)


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
        if form in EPOCHS:
            whole = pc.if_else(matches(texts, form), texts, pa.scalar(None, pa.string()))
            moments = whole.cast(pa.int64()).cast(pa.timestamp(EPOCHS[form]))
            moments = moments.cast(pa.timestamp("us"))
        elif "%d" in form:
            moments = of_days(texts, form)
        else:
            whole = pc.if_else(matches(texts, form), texts, pa.scalar(None, pa.string()))
            first = pc.binary_join_element_wise(by_months(whole, form), "01", " ")
            form = f"{form.replace('%q', '%m')} %d"
            moments = pc.strptime(first, format=form, unit="us", error_is_null=True)
        found = moments if found is None else pc.coalesce(found, moments)
    assert found is not None
    return found


def matches(texts: Values, form: str) -> Values:
    """Whether texts look like those of a format."""
    return pc.match_substring_regex(texts, pattern=re2(form))


def of_days(texts: Values, form: str) -> Values:
    """Texts of a format with a day as moments; `strptime` alone takes 31/2 for 2/3."""
    fields = pc.extract_regex(texts, pattern=re2(form))
    whole = pc.if_else(pc.is_valid(fields), texts, pa.scalar(None, pa.string()))
    moments = pc.strptime(whole, format=form, unit="us", error_is_null=True)
    day = pc.struct_field(fields, "day").cast(pa.int64())
    return pc.if_else(pc.equal(day, pc.day(moments)), moments, pa.scalar(None, moments.type))


def by_months(texts: Values, form: str) -> Values:
    """Texts with the first month of a quarter in its place."""
    if "%q" not in form:
        return texts
    before, after = (re2(part)[1:-1] for part in form.split("%q"))
    for quarter in range(1, 5):
        texts = pc.replace_substring_regex(
            texts,
            pattern=f"^({before}){quarter}({after})$",
            replacement=rf"\1{3 * quarter - 2:02}\2",
        )
    return texts


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
