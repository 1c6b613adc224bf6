"""`fourbeat predict`: a file of rows in, the same rows with predictions out."""

from pathlib import Path
from typing import Annotated

import typer

from fourbeat.cli.options import Json, RunDir, TrustCode, users_prints_aside


def predict(
    run: RunDir,
    rows: Annotated[Path, typer.Argument(metavar="ROWS", help="CSV or Parquet.")],
    out: Annotated[Path, typer.Option(help="CSV or Parquet.")] = Path("predictions.csv"),
    trust_code: TrustCode = False,
    as_json: Json = False,
) -> None:
    """Predict each row's label with a run's selected model."""
    from fourbeat.cli.summary import dump
    from fourbeat.job.predict import load
    from fourbeat.job.stream import predict_file

    with users_prints_aside():
        count = predict_file(load(run, trust_code=trust_code), rows, out)
    if as_json:
        dump({"run": str(run), "rows": count, "out": str(out)})
    else:
        print(f"{count:,} rows -> {out}")
