"""Reading the user's classes as code, without running them."""

from collections.abc import Iterator
from types import CodeType
from typing import Any, cast

from fourbeat.observe.place import users

DEPTH = 4
"""Of objects within objects."""


def codes(part: Any) -> dict[str, CodeType]:
    """The methods of an object's class that the user wrote, by name."""
    found: dict[str, CodeType] = {}
    for kind in type(part).__mro__:
        for name, value in vars(kind).items():
            code = getattr(value, "__code__", None)
            if isinstance(code, CodeType) and users(code.co_filename):
                found.setdefault(name, code)
    return found


def within(code: CodeType) -> Iterator[CodeType]:
    """Code, and that of the functions and comprehensions written in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from within(constant)


def names(code: CodeType) -> set[str]:
    """What code refers to by name, in functions within it too."""
    return {name for one in within(code) for name in one.co_names}


def parts(root: Any, depth: int = DEPTH) -> Iterator[Any]:
    """An object and those that it keeps: datasets in datasets, and their transforms."""
    yield root
    if depth == 0:
        return
    for value in getattr(root, "__dict__", {}).values():
        inner = cast(list[Any], value if isinstance(value, list | tuple) else [value])
        for one in inner[:16]:
            if hasattr(one, "__dict__") and (codes(one) or hasattr(one, "__getitem__")):
                yield from parts(one, depth - 1)
