"""A class and those that are made of it."""

from collections.abc import Iterator
from typing import Any


def below(kind: type[Any]) -> Iterator[type[Any]]:
    """A class, and every one that inherits from it, by now."""
    yield kind
    for child in kind.__subclasses__():
        yield from below(child)
