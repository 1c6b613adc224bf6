"""`fourbeat train`: a table, images, or a TOML file that declares the training."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from fourbeat.cli import options
from fourbeat.cli.options import AllowInexact, Json, users_prints_aside
from fourbeat.cli.pause import pausing
from fourbeat.errors import ConfigError, Problem


def train(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE|FOLDER|NAME|MODULE:FACTORY|CONFIG.toml",
            help="CSV, TSV, Parquet or Arrow; a folder of images by class, an IDX file, or "
            "fashion-mnist with --data-dir; a module:factory of datasets; or a config.",
        ),
    ],
    target: options.Target = None,
    task: options.TaskOf = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="The folder with the files of a named data set.")
    ] = None,
    ignore: options.Ignore = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The run's directory. An unfinished run in it goes on. Default: runs/TABLE."
        ),
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(min=2, help="Train so many seeds on the same split: mean, spread, interval."),
    ] = None,
    one_by_one: Annotated[
        bool,
        typer.Option(
            "--one-by-one",
            help="With --seeds: one after the other, each with the bits of its own run, in place of all "
            "together where the model allows it.",
        ),
    ] = False,
    folds: Annotated[
        int | None,
        typer.Option(min=2, help="Cut the rows in so many parts, each the test of a run."),
    ] = None,
    repeats: Annotated[int, typer.Option(min=1, help="With --folds: ways to cut the rows.")] = 1,
    model: Annotated[
        str | None,
        typer.Option(
            help="linear, mlp, tabm, cnn, or module:factory. Default: mlp; cnn for images."
        ),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Passes over the training rows, at most.")
    ] = None,
    seed: options.Seed = None,
    missing: options.Missing = None,
    validation: options.Validation = None,
    test: options.Test = None,
    group: options.Group = None,
    time: options.Time = None,
    split_column: options.SplitColumn = None,
    schema: options.Schema = None,
    strict: options.Strict = False,
    settings: options.Settings = None,
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
    flags: dict[str, Any] = options.of_table(
        target, task, ignore, missing, validation, test, group, time, split_column
    )
    flags |= {
        "data.path": None if declared or own else str(source),
        "data.factory": str(source) if own else None,
        "data.dir": str(data_dir) if data_dir else None,
        "model.name": model,
        "train.epochs": epochs,
        "compile.mode": compile,
        "train.deterministic": deterministic or None,
        "image.flip": flip or None,
        "image.crop": crop,
        "seed": seed,
    }
    resolved = sources.load(
        source if declared else schema,
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
    if seeds or folds:
        alone = {"--profile": profile, "--pause-at": pause_at, "--pause-when": pause_when}
        alone |= {"--tune-speed": tune_speed, "--allow-inexact": allow_inexact}
        refuse_together(alone, "--seeds" if seeds else "--folds")
        from fourbeat.cli.series import print_series
        from fourbeat.job.series import series

        with users_prints_aside():
            made = series(
                resolved,
                out,
                seeds=seeds or 0,
                folds=folds or 0,
                repeats=repeats,
                strict=strict,
                together=not one_by_one,
            )
        print_series(made, as_json=as_json)
        return
    from fourbeat.cli.summary import print_outcome
    from fourbeat.job.train import train as run

    with users_prints_aside(), pausing(pause_at, pause_when):
        directory, receipt = run(
            resolved,
            out,
            allow_inexact=allow_inexact,
            profile=profile,
            tune=tune_speed,
            strict=strict,
        )
    print_outcome(directory, receipt, as_json=as_json)


def refuse_together(said: dict[str, Any], series: str) -> None:
    """Flags that are for a single training.

    Raises:
        ConfigError: naming those that were given.
    """
    problems = [
        Problem(f"{flag} is for a single training, and {series} asks for several", flag)
        for flag, value in said.items()
        if value is not None and value is not False and (value or flag == "--pause-at")
    ]
    if problems:
        raise ConfigError(problems)
