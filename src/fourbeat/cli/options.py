"""Flags that several verbs share: one name, one meaning."""

import csv
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Annotated, Any

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


Target = Annotated[
    list[str] | None,
    typer.Option(help="The column to predict; with --task multilabel one or more."),
]
TaskOf = Annotated[
    str | None,
    typer.Option(help="classification, regression or multilabel. Default: classification."),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(
        help="Columns to leave out: names or patterns, comma-separated; "
        "quoted where a name has a comma."
    ),
]
Missing = Annotated[list[str] | None, typer.Option(help="Texts that mean 'no value', such as ?.")]
Validation = Annotated[
    Path | None, typer.Option("--validation", help="A file (or folder) with the validation rows.")
]
Test = Annotated[Path | None, typer.Option("--test", help="A file (or folder) with the test rows.")]
Group = Annotated[
    str | None,
    typer.Option(
        help="A column of groups, such as customers: each stays on one side. '*': equal rows do."
    ),
]
Time = Annotated[
    str | None,
    typer.Option(help="A column with a time: train on the past, test on the latest rows."),
]
SplitColumn = Annotated[
    str | None, typer.Option(help="A column that says train, validation or test.")
]
Schema = Annotated[
    Path | None, typer.Option(help="What `fourbeat data --out` wrote, for a table like that one.")
]
Seed = Annotated[int | None, typer.Option(help="Of split, weights, order. Default: 0.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="a.b=VALUE", help="Any option, e.g. optimizer.lr=3e-4."),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Errors and warnings about the data are fatal.")
]


def of_table(
    target: list[str] | None,
    task: str | None,
    ignore: list[str] | None,
    missing: list[str] | None,
    validation: Path | None,
    test: Path | None,
    group: str | None,
    time: str | None,
    split_column: str | None,
) -> dict[str, Any]:
    """What the flags about a table mean, by the options' dotted names; None where nothing was said."""
    return {
        "data.target": target[0] if target and len(target) == 1 else target or None,
        "data.task": task,
        "data.ignore": names(ignore) or None,
        "data.missing": missing or None,
        "split.validation_file": str(validation) if validation else None,
        "split.test_file": str(test) if test else None,
        "split.group": group,
        "split.time": time,
        "split.column": split_column,
    }


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
