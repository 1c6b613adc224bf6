"""`fourbeat predict`: rows or images in, a table with predictions out."""

from pathlib import Path
from typing import Annotated

import typer

from fourbeat.cli.options import Json, RunDir, TrustCode, users_prints_aside


def predict(
    run: RunDir,
    rows: Annotated[
        Path,
        typer.Argument(metavar="ROWS", help="CSV or Parquet; for images a folder or an IDX file."),
    ],
    out: Annotated[Path, typer.Option(help="CSV or Parquet.")] = Path("predictions.csv"),
    trust_code: TrustCode = False,
    as_json: Json = False,
) -> None:
    """Predict the target of each row, or image, with a run's selected model."""
    from fourbeat.cli.summary import dump
    from fourbeat.job.image_predict import ImageClassifier, predict_images
    from fourbeat.job.predict import load
    from fourbeat.job.stream import predict_file

    with users_prints_aside():
        model = load(run, trust_code=trust_code)
        of_images = isinstance(model, ImageClassifier)
        count = predict_images(model, rows, out) if of_images else predict_file(model, rows, out)
    if as_json:
        dump({"run": str(run), "rows": count, "out": str(out)})
    else:
        print(f"{count:,} rows -> {out}")
