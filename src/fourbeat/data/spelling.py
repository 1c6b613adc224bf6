"""Texts that differ by case or blanks alone: said, and left as they are."""

from collections.abc import Sequence


def spellings(texts: Sequence[str]) -> list[list[str]]:
    """Groups of such texts, each in order."""
    groups: dict[str, list[str]] = {}
    for text in sorted(texts):
        groups.setdefault(" ".join(text.casefold().split()), []).append(text)
    return [group for group in groups.values() if len(group) > 1]


def named(texts: Sequence[str]) -> str:
    """`'North' and 'north'`."""
    *first, last = map(repr, texts)
    return f"{', '.join(first)} and {last}"
