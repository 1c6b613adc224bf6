"""`fourbeat train`: a table, images, or a TOML file that declares the training."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from fourbeat.cli.options import AllowInexact, Json, names, users_prints_aside
from fourbeat.cli.pause import pausing


def train(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE|FOLDER|NAME|MODULE:FACTORY|CONFIG.toml",
            help="CSV, TSV, Parquet or Arrow; a folder of images by class, an IDX file, or "
            "fashion-mnist with --data-dir; a module:factory of datasets; or a config.",
        ),
    ],
    target: Annotated[
        list[str] | None,
        typer.Option(help="The column to predict; with --task multilabel one or more."),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(help="classification, regression or multilabel. Default: classification."),
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="The folder with the files of a named data set.")
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            help="Columns to leave out: names or patterns, comma-separated; "
            "quoted where a name has a comma."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The run's directory. An unfinished run in it goes on. Default: runs/TABLE."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="linear, mlp, tabm, cnn, or module:factory. Default: mlp; cnn for images."
        ),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Passes over the training rows, at most.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of split, weights, order. Default: 0.")] = None,
    missing: Annotated[
        list[str] | None, typer.Option(help="Texts that mean 'no value', such as ?.")
    ] = None,
    validation: Annotated[
        Path | None,
        typer.Option("--validation", help="A file (or folder) with the validation rows."),
    ] = None,
    test: Annotated[
        Path | None, typer.Option("--test", help="A file (or folder) with the test rows.")
    ] = None,
    split_column: Annotated[
        str | None, typer.Option(help="A column that says train, validation or test.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="a.b=VALUE", help="Any option, e.g. optimizer.lr=3e-4."),
    ] = None,
    allow_inexact: AllowInexact = False,
    deterministic: Annotated[
        bool,
        typer.Option("--deterministic", help="An operator that is not deterministic is an error."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")
    ] = False,
    flip: Annotated[
        bool, typer.Option("--flip", help="Mirror training images, every other time.")
    ] = False,
    crop: Annotated[
        int | None,
        typer.Option(min=0, help="Pad training images by so many pixels, and cut somewhere."),
    ] = None,
    compile: Annotated[
        str | None,
        typer.Option(
            metavar="MODE",
            help="Run the model through torch.compile: default, reduce-overhead or max-autotune; or "
            "`step`, whole steps as one graph.",
        ),
    ] = None,
    tune_speed: Annotated[
        bool,
        typer.Option(
            "--tune-speed",
            help="First choose threads, compiling and evaluation batches, by measurement.",
        ),
    ] = False,
    profile: Annotated[
        int, typer.Option(min=0, help="Look at so many steps with torch.profiler.")
    ] = 0,
    overfit: Annotated[
        bool,
        typer.Option(
            "--overfit-one-batch", help="Say whether the model can memorise one batch; no run."
        ),
    ] = False,
    pause_at: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="N", help="Open a debugger before the update of step N, from 0."
        ),
    ] = None,
    pause_when: Annotated[
        str | None,
        typer.Option(metavar="CONDITION", help="And before every update at which it holds."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Train on a table or on images: split, select, test, and leave a receipt."""
    from fourbeat.code import is_code
    from fourbeat.config import sources

    declared = source.suffix == ".toml"
    own = is_code(str(source)) and not source.exists()
    flags: dict[str, Any] = {
        "data.path": None if declared or own else str(source),
        "data.factory": str(source) if own else None,
        "data.dir": str(data_dir) if data_dir else None,
        "data.target": target[0] if target and len(target) == 1 else target or None,
        "data.task": task,
        "data.ignore": names(ignore) or None,
        "data.missing": missing or None,
        "model.name": model,
        "train.epochs": epochs,
        "compile.mode": compile,
        "train.deterministic": deterministic or None,
        "image.flip": flip or None,
        "image.crop": crop,
        "seed": seed,
        "split.validation_file": str(validation) if validation else None,
        "split.test_file": str(test) if test else None,
        "split.column": split_column,
    }
    resolved = sources.load(
        source if declared else None,
        environ=os.environ,
        settings=settings or [],
        flags={key: value for key, value in flags.items() if value is not None},
    )
    if dry_run:
        from fourbeat.cli.trial import dry

        dry(resolved, out, as_json=as_json)
        return
    if overfit:
        from fourbeat.cli.trial import one_batch

        if not one_batch(resolved, as_json=as_json):
            raise typer.Exit(1)
        return
    from fourbeat.cli.summary import print_outcome
    from fourbeat.job.train import train as run

    with users_prints_aside(), pausing(pause_at, pause_when):
        directory, receipt = run(
            resolved, out, allow_inexact=allow_inexact, profile=profile, tune=tune_speed
        )
    print_outcome(directory, receipt, as_json=as_json)
