"""Categories that have an order: by the number that each begins with, or by well-known words."""

import re
from collections.abc import Sequence

FEWEST = 3
"""Two categories have no order that matters."""

MOST = 30
"""More categories than this are hardly steps of one scale."""

NUMBERED = re.compile(r"\s*(\d+)\s*[-:.)]\s*[^\W\d]")
"""`3 - Low`, `1. first`."""

RANGE = re.compile(
    r"\s*(<=?|>=?|≤|≥|under|below|less than|up to|over|above|more than)?\s*"
    r"(\d+(?:\.\d+)?)\s*(?:(?:-|\u2013|to)\s*\d+(?:\.\d+)?|\+|and (?:over|above|more|under|below))?\s*",
    re.IGNORECASE,
)
"""`0-9`, `10 to 19`, `< 18`, `65+`."""

MONEY = re.compile(r"[$€£]?(\d+(?:,\d{3})*(?:\.\d+)?)(?:\s?([km])\b)?", re.IGNORECASE)
"""`$10k`, `1,000`."""

FACTORS = {"k": 1e3, "m": 1e6}

UNIT = re.compile(r"(?<=[\d+])\s*([^\W\d_]{2,})\s*$")
"""`years` in `10+ years`."""

BELOW = ("<", "<=", "≤", "under", "below", "less than", "up to")

SCALES = (
    ("none", "very low", "low", "medium", "high", "very high"),
    ("none", "minor", "low", "moderate", "medium", "major", "high", "severe", "critical", "urgent"),
    ("none", "very low", "low", "med", "high", "very high"),
    ("none", "very low", "low", "mid", "high", "very high"),
    ("sehr niedrig", "niedrig", "mittel", "hoch", "sehr hoch"),
    ("l", "m", "h"),
    ("xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl"),
    ("very small", "small", "medium", "large", "very large"),
    ("very poor", "poor", "fair", "average", "good", "very good", "excellent"),
    ("never", "rarely", "seldom", "sometimes", "often", "usually", "always"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    ("bronze", "silver", "gold", "platinum", "diamond"),
    ("beginner", "intermediate", "advanced", "expert"),
)
"""Words that are steps of a scale, lowest first; a column needs three of one scale."""


def order_of(texts: Sequence[str]) -> tuple[tuple[str, ...], str] | None:
    """The texts from the lowest to the highest, and how that is known; None where it is not.

    Args:
        texts: the different ones.
    """
    if not FEWEST <= len(texts) <= MOST:
        return None
    bare = dict(zip(texts, without_unit(texts), strict=True))
    for key, reason in ((numbered, "in the order of their numbers"), (ranged, "ranges of numbers")):
        keys = {text: key(bare[text]) for text in texts}
        known = [value for value in keys.values() if value is not None]
        if len(known) == len(texts) == len(set(known)):
            return tuple(sorted(texts, key=lambda text: keys[text] or (0.0, 0))), reason
    words = {text.strip().lower(): text for text in texts}
    for scale in SCALES:
        if len(words) == len(texts) and words.keys() <= set(scale):
            return tuple(words[word] for word in scale if word in words), "steps of a scale"
    return None


def without_unit(texts: Sequence[str]) -> list[str]:
    """The texts without the word that all end in, if they do: `1 year`, `2 years`."""
    found = [UNIT.search(text) for text in texts]
    words = {match[1].lower().removesuffix("s") for match in found if match}
    if len(words) != 1 or None in found:
        return list(texts)
    return [text[: match.start()] for text, match in zip(texts, found, strict=True) if match]


def plain(match: re.Match[str]) -> str:
    """An amount as a plain number."""
    return f"{float(match[1].replace(',', '')) * FACTORS.get((match[2] or '').lower(), 1):.10g}"


def numbered(text: str) -> tuple[float, int] | None:
    """The number that a text begins with and then explains."""
    match = NUMBERED.match(text)
    return (float(match[1]), 0) if match else None


def ranged(text: str) -> tuple[float, int] | None:
    """Where a range of numbers begins; what is below a number comes before what begins there.

    A number with zeros in front is a code.
    """
    if re.match(r"\s*0\d", text):
        return None
    match = RANGE.fullmatch(MONEY.sub(plain, text))
    return (float(match[2]), -1 if (match[1] or "").lower() in BELOW else 0) if match else None
