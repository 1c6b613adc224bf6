"""Flags that several verbs share: one name, one meaning."""

import csv
import sys
from contextlib import AbstractContextManager, redirect_stdout
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
        help="Resume under another environment. The receipt lists the differences.",
    ),
]

TrustCode = Annotated[
    bool,
    typer.Option(
        "--trust-code",
        help="Import the code that makes the run's network (module:factory). Read it first.",
    ),
]


def users_prints_aside() -> AbstractContextManager[object]:
    """What a user's own code prints goes to stderr: stdout is the verb's alone."""
    return redirect_stdout(sys.stderr)


def names(values: list[str] | None) -> list[str]:
    """`--ignore a,b --ignore c` as three names; each value is a line of CSV."""
    rows = [row for value in values or [] for row in csv.reader([value])]
    return [name for row in rows for name in row if name or len(row) == 1]
