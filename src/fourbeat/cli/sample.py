"""`fourbeat sample`: ready data to begin with."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fourbeat.cli.options import Json


class Sample(StrEnum):
    """The samples."""

    tickets = "tickets"
    circles = "circles"
    digits = "digits"


def sample(
    name: Annotated[Sample, typer.Argument(help="Which.", show_default=False)],
    out: Annotated[Path | None, typer.Option(help="The file. Default: NAME.csv.")] = None,
    rows: Annotated[int | None, typer.Option(min=20, help="How many; not for digits.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the random numbers.")] = 0,
    as_json: Json = False,
) -> None:
    """Write a sample table: support tickets, two circles, or scikit-learn's digits."""
    from fourbeat.cli.summary import dump
    from fourbeat.data.samples import write

    place = out or Path(f"{name.value}.csv")
    count, target = write(name.value, place, rows=rows, seed=seed)
    if as_json:
        dump({"sample": name.value, "rows": count, "target": target, "out": str(place)})
    else:
        print(f"{count:,} rows -> {place}   (--target {target})")
