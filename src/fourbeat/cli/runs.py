"""`fourbeat runs`: the runs below a directory."""

from pathlib import Path
from typing import Annotated

import typer

from fourbeat.cli.options import Json


def runs(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where to look.")] = Path("runs"),
    as_json: Json = False,
) -> None:
    """List the runs of a directory with their results."""
    from fourbeat.cli.summary import print_runs

    print_runs(directory, as_json=as_json)
