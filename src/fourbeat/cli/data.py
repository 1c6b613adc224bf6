"""`fourbeat data`: what a table is and what is wrong with it, without training."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fourbeat.cli import options
from fourbeat.cli.options import Json

if TYPE_CHECKING:
    from fourbeat.config.options import Config


def data(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE|SCHEMA.toml",
            help="CSV, TSV, Parquet or Arrow; or what --out wrote, which names its table.",
        ),
    ],
    target: options.Target = None,
    task: options.TaskOf = None,
    ignore: options.Ignore = None,
    missing: options.Missing = None,
    validation: options.Validation = None,
    test: options.Test = None,
    group: options.Group = None,
    time: options.Time = None,
    split_column: options.SplitColumn = None,
    schema: options.Schema = None,
    seed: options.Seed = None,
    settings: options.Settings = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the schema here, as TOML that can be edited and passed back."),
    ] = None,
    strict: options.Strict = False,
    as_json: Json = False,
) -> None:
    """Say what each column is, what may be missing, how rows are split, and what leaks."""
    flags: dict[str, Any] = options.of_table(
        target, task, ignore, missing, validation, test, group, time, split_column
    )
    flags |= {"seed": seed}
    with refusals(as_json=as_json):
        config = configuration(source, schema, settings or [], flags)
        from fourbeat.cli.surveying import print_survey
        from fourbeat.data.schema_file import write
        from fourbeat.data.survey import fatal, survey

        found = survey(config.data, config.split, config.split_seed)
        if out is not None:
            write(out, found, config.data, config.split)
    print_survey(found, config, out, as_json=as_json)
    if found.problems or fatal(found.findings, strict=strict):
        raise typer.Exit(1)


@contextmanager
def refusals(*, as_json: bool) -> Generator[None]:
    """Print a table that cannot be looked at as an object as well, for programs."""
    from fourbeat.errors import FourbeatError

    try:
        yield
    except FourbeatError as error:
        if as_json:
            from fourbeat.cli.surveying import print_refusal

            print_refusal(error)
        raise


def configuration(
    source: Path, schema: Path | None, settings: list[str], flags: dict[str, Any]
) -> "Config":
    """The options, of a table or of a schema that names one.

    Raises:
        ConfigError: for what is wrong in them, and for images.
    """
    from fourbeat.config import sources
    from fourbeat.config.images import about_images
    from fourbeat.errors import ConfigError

    if about_images({"data": {"path": str(source)}}):
        raise ConfigError(
            "`fourbeat data` looks at tables, and these are images",
            str(source),
            "They are looked at when they are trained on: `fourbeat train` takes --strict as well",
        )
    declared = source.suffix == ".toml"
    flags = {"data.path": None if declared else str(source), **flags}
    return sources.load(
        source if declared else schema,
        environ=os.environ,
        settings=settings,
        flags={key: value for key, value in flags.items() if value is not None},
    )
