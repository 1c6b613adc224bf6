"""A lab as a reader meets it: the question first, then the figures, then the answer."""

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import fill, indent

from fourbeat import FourbeatError

HOME = Path("runs/labs")
"""Where a lab's picture goes, in a folder of its own, when nobody said where."""


def play(
    doc: str | None,
    predict: str,
    run: Callable[[Path], dict[str, float]],
    compare: str,
    directory: Path,
) -> None:
    """Ask, run, show. On a terminal it waits for a prediction.

    Args:
        doc: the lab's docstring.
        predict, run, compare: the lab; see `fourbeat.labs`.
        directory: for its picture and its run.
    """
    title, _, why = (doc or "").partition("\n")
    print(f"{title}\n\n{why.strip()}\n\n{paragraph('PREDICT', predict)}")
    told = prediction() if sys.stdin.isatty() else ""
    figures = run(directory)
    width = max(len(name) for name in figures)
    print()
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):<{width}}  {number(value):>12}")
    print(f"\n{paragraph('YOU', told)}" if told else "")
    print(paragraph("COMPARE", compare.format(**figures)))


def prediction() -> str:
    """What the reader expects; nothing is fine."""
    try:
        return input("your prediction (or Enter): ")
    except EOFError:
        return ""


def paragraph(word: str, text: str) -> str:
    """A text with a word before it, in lines of 100 characters at most."""
    filled = "\n".join(fill(line, 91) for line in text.splitlines())
    return f"{word:<9}" + indent(filled, " " * 9).lstrip()


def number(value: float) -> str:
    """A figure in a table: whole numbers whole, others with six digits that count."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.6g}"


def main(
    doc: str | None, predict: str, run: Callable[[Path], dict[str, float]], compare: str
) -> None:
    """`python -m fourbeat.labs.NAME [DIR]`."""
    name = Path(sys.argv[0]).stem
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else HOME / name
    try:
        play(doc, predict, run, compare, directory)
    except FourbeatError as error:
        sys.exit(f"error: {error}")
    print(f"\npicture  {directory / name}.png")
