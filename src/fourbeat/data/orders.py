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

BELOW = ("<", "<=", "≤", "under", "below", "less than", "up to")

SCALES = (
    ("none", "very low", "low", "medium", "high", "very high"),
    ("none", "minor", "low", "moderate", "medium", "major", "high", "severe", "critical", "urgent"),
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
    for key, reason in ((numbered, "in the order of their numbers"), (ranged, "ranges of numbers")):
        keys = {text: key(text) for text in texts}
        known = [value for value in keys.values() if value is not None]
        if len(known) == len(texts) == len(set(known)):
            return tuple(sorted(texts, key=lambda text: keys[text] or (0.0, 0))), reason
    words = {text.strip().lower(): text for text in texts}
    for scale in SCALES:
        if len(words) == len(texts) and words.keys() <= set(scale):
            return tuple(words[word] for word in scale if word in words), "steps of a scale"
    return None


def numbered(text: str) -> tuple[float, int] | None:
    """The number that a text begins with and then explains."""
    match = NUMBERED.match(text)
    return (float(match[1]), 0) if match else None


def ranged(text: str) -> tuple[float, int] | None:
    """Where a range of numbers begins; what is below a number comes before what begins there."""
    match = RANGE.fullmatch(text)
    return (float(match[2]), -1 if (match[1] or "").lower() in BELOW else 0) if match else None
