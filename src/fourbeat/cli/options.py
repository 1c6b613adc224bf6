"""Flags that several verbs share: one name, one meaning."""

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


def names(values: list[str] | None) -> list[str]:
    """`--ignore a,b --ignore c` as three names."""
    return [name for value in values or [] for name in value.split(",") if name]
