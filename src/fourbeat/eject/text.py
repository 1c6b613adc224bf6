"""Python source as text: values written out as the formatter would, pieces put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any, cast

WIDTH = 100
"""Columns of a line."""


@dataclass(frozen=True, slots=True)
class Code:
    """A value that is written as an expression: `Path("a.csv")`."""

    text: str


def code(text: str) -> str:
    """A template's text, without the indentation that it has in the file that holds it."""
    return dedent(text).strip("\n")


def joined(*pieces: str | None) -> str:
    """The pieces that are there, one below the other."""
    return "\n".join(piece for piece in pieces if piece)


def spaced(*pieces: str | None) -> str:
    """The pieces that are there, with an empty line between them."""
    return "\n\n".join(piece for piece in pieces if piece)


def indented(text: str, levels: int = 1) -> str:
    """Lines further to the right; empty ones stay empty."""
    margin = "    " * levels
    return "\n".join(margin + line if line else line for line in text.splitlines())


def noted(value: Any, comment: str) -> Code:
    """A value with a comment behind it in its line."""
    return Code(f"{one_line(value)}  # {comment}")


def call(head: str, arguments: Sequence[str | tuple[str, Any]], room: int = WIDTH) -> str:
    """A call as the formatter writes it: in one line, its arguments in one, or one a line.

    Args:
        head: what is called, and all before it in the line.
        arguments: expressions, or names with values.
        room: columns of the line.
    """
    said = [a if isinstance(a, str) else f"{a[0]}={one_line(a[1])}" for a in arguments]
    if len(head) + len(line := ", ".join(said)) + 2 <= room:
        return f"{head}({line})"
    if len(line) + 4 <= room or len(said) == 1:
        return f"{head}(\n    {line}\n)"
    long = [
        a if isinstance(a, str) else f"{a[0]}={literal(a[1], room - 6 - len(a[0]))}"
        for a in arguments
    ]
    return "\n".join([f"{head}(", *(indented(f"{argument},") for argument in long), ")"])


def path(name: str, value: Path) -> Code:
    """A constant's path.

    Args:
        name: of the constant.
    """
    text = call(f"{name} = Path", [quoted(str(value))])
    return Code(text.removeprefix(f"{name} = "))


def assignment(name: str, value: Any) -> str:
    """`NAME = value`."""
    return f"{name} = {literal(value, WIDTH - len(name) - 3)}"


def literal(value: Any, room: int = WIDTH) -> str:
    """A value as source: in one line where it has room for it, else an entry a line.

    Args:
        value: text, number, list, tuple, dict or `Code`.
        room: columns that are left in the line.
    """
    line = one_line(value)
    if len(line) <= room or not isinstance(value, list | tuple | dict) or not value:
        return line
    if isinstance(value, dict):
        entries = [
            f"{(start := f'{one_line(key)}: ')}{literal(entry, WIDTH - 5 - len(start))}"
            for key, entry in cast(dict[Any, Any], value).items()
        ]
        opening, closing = "{", "}"
    else:
        entries = [literal(entry, WIDTH - 5) for entry in cast(list[Any], value)]
        opening, closing = "()" if isinstance(value, tuple) else "[]"
    return "\n".join([opening, *(indented(f"{entry},") for entry in entries), closing])


def one_line(value: Any) -> str:
    """A value as source in one line."""
    if isinstance(value, Code):
        return value.text
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        items = cast(dict[Any, Any], value).items()
        return "{" + ", ".join(f"{one_line(k)}: {one_line(v)}" for k, v in items) + "}"
    if isinstance(value, list | tuple):
        entries = [one_line(entry) for entry in cast(list[Any], value)]
        inside = ", ".join(entries)
        if isinstance(value, tuple):
            return f"({inside},)" if len(entries) == 1 else f"({inside})"
        return f"[{inside}]"
    return repr(value)


def quoted(text: str) -> str:
    """Text in double quotes, or in single ones where that saves backslashes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(escaped(letter, quote) for letter in text) + quote


def escaped(letter: str, quote: str) -> str:
    """A letter within a text that such quotes surround."""
    if letter in "'\"":
        return f"\\{letter}" if letter == quote else letter
    return repr(letter)[1:-1]
