"""Flags that several verbs share: one name, one meaning."""

import csv
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Annotated

import typer

RunDir = Annotated[
    Path, typer.Argument(metavar="RUN", help="A run's directory.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
AllowInexact = Annotated[
    bool,
    typer.Option(
        "--allow-inexact",
        help="Go on where environment, code or data are not what they were, and list what differs.",
    ),
]

TrustCode = Annotated[
    bool,
    typer.Option(
        "--trust-code",
        help="Import the code that makes the run's network (module:factory). Read it first.",
    ),
]


@contextmanager
def users_prints_aside() -> Generator[None]:
    """What a user's own code prints, and what it starts, goes to stderr: stdout is the verb's."""
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # there is none
        kept = None
    try:
        if kept is not None:
            os.dup2(2, 1)
        with redirect_stdout(sys.stderr):
            yield
    finally:
        if kept is not None:
            os.dup2(kept, 1)
            os.close(kept)


def names(values: list[str] | None) -> list[str]:
    """`--ignore a,b --ignore c` as three names; each value is a line of CSV."""
    rows = [row for value in values or [] for row in csv.reader([value])]
    return [name for row in rows for name in row if name or len(row) == 1]
