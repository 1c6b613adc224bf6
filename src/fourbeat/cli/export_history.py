"""`fourbeat export-history`: a run's step log as Parquet."""

from pathlib import Path
from typing import Annotated

import typer

from fourbeat.cli.options import Json, RunDir


def export_history(
    run: RunDir,
    out: Annotated[Path, typer.Argument(metavar="OUT.parquet", help="The file to write.")],
    as_json: Json = False,
) -> None:
    """Write a run's step history as one Parquet table."""
    from fourbeat.cli.summary import dump
    from fourbeat.record.export import export
    from fourbeat.record.history import history

    rows = export(history(run), out)
    if as_json:
        dump({"run": str(run), "rows": rows, "out": str(out)})
    else:
        print(f"{rows:,} steps -> {out}")
