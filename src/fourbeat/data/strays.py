"""A few other texts in a column that is numbers or dates but for them: named, never taken for missing."""

import re
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from fourbeat.data import dates, markers, written
from fourbeat.data.arrow import pc
from fourbeat.data.markers import Marker
from fourbeat.types import Values

MOST = 5
"""More different texts than this are not a few."""

SHARE = 0.1
"""Nor are they in more rows than this."""

FEWEST = 10
"""Different numbers, or dates, from which on they are what the column is about."""

SOME = 200
"""Rows at the start by which most columns of text are seen to be neither numbers nor dates."""

PLAIN = r"^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$"
BOUND = re.compile(r"\s*(?:[<>≤≥~]=?|under|over|below|above)\s*[-+]?\d.*")


@dataclass(frozen=True, slots=True)
class Strays:
    """What keeps a column from being something else.

    Attributes:
        kind: what it would be: `numeric` or `datetime`.
        few: the other texts, the most frequent first.
    """

    kind: str
    few: tuple[Marker, ...]

    @property
    def bounds(self) -> bool:
        """Whether they say between what a number lies, such as `<0.5`."""
        return all(BOUND.fullmatch(marker.text) for marker in self.few)


def strays(values: Values) -> Strays | None:
    """The few texts that keep a column from being numbers or dates; None where it is neither.

    Args:
        values: of type `string`. Known markers of missing values are passed over.
    """
    if not is_likely(markers.without(values.drop_null().slice(0, SOME)).drop_null()):
        return None
    texts, rows = counted(markers.without(values).drop_null())
    number = pc.match_substring_regex(texts, PLAIN)
    if found := apart(texts, rows, number):
        codes = pc.match_substring_regex(texts.filter(number), r"^\s*[-+]?0\d")
        return None if pc.any(codes).as_py() else Strays("numeric", found)
    shapes = [written.SHAPE.fullmatch(str(text).strip()) for text in texts.to_pylist()]
    amount = chunked([shape is not None for shape in shapes])
    found = apart(texts, rows, amount)
    if found and written.recognise(texts.filter(amount)) is not None:
        return Strays("numeric", found)
    for forms in both_ways(dates.nearest(texts)):
        if found := apart(texts, rows, pc.is_valid(dates.read(texts, forms))):
            return Strays("datetime", found)
    return None


def is_likely(some: Values) -> bool:
    """Whether most of some texts look like numbers, or dates."""
    likely = [
        re.match(PLAIN, t) or written.SHAPE.fullmatch(t.strip()) for t in map(str, some.to_pylist())
    ]
    enough = (1 - 2 * SHARE) * len(some)
    if sum(map(bool, likely)) >= enough:
        return len(some) > 0
    read = [pc.is_valid(dates.read(some, forms)) for forms in both_ways(dates.nearest(some))]
    return any(pc.sum(there).as_py() >= enough for there in read)


def both_ways(forms: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Formats with the day first, then with the month first; nothing where there are none."""
    return [forms, tuple(map(dates.swapped, forms))] if forms else []


def counted(values: Values) -> tuple[Values, Values]:
    """The different texts, and how many rows have each."""
    found: Any = pc.value_counts(values)
    return chunked(found.field("values")), chunked(found.field("counts"))


def chunked(values: Any) -> Values:
    """A column of one piece."""
    return pa.chunked_array([values])


def apart(texts: Values, rows: Values, fit: Values) -> tuple[Marker, ...]:
    """The texts that do not fit, where they are few, and all others fit."""
    left = pc.invert(fit)
    others = int(pc.sum(left).as_py() or 0)
    if not 0 < others <= MOST or len(texts) - others < FEWEST:
        return ()
    if pc.sum(rows.filter(left)).as_py() > SHARE * pc.sum(rows).as_py():
        return ()
    names, counts = texts.filter(left).to_pylist(), rows.filter(left).to_numpy()
    found = [Marker(str(text), int(count)) for text, count in zip(names, counts, strict=True)]
    return tuple(sorted(found, key=lambda marker: (-marker.rows, marker.text)))
