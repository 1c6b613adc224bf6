"""The declared training's ways in from Python: `fourbeat.train`, and its loaders for a loop of one's own."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from fourbeat.code import is_code
from fourbeat.config.options import Config
from fourbeat.config.sources import load
from fourbeat.data.encode import TableShape
from fourbeat.data.images import ImageShape
from fourbeat.data.own import OwnData
from fourbeat.data.record import DataRecord
from fourbeat.errors import ConfigError
from fourbeat.job.plan import loaders_of, read, size_for
from fourbeat.job.train import Outcome
from fourbeat.job.train import train as train_config
from fourbeat.types import TaskName


class Loaders(NamedTuple):
    """Batches `(input, …, target)` of each side, and what they are.

    Attributes:
        test: None where the split has no test rows.
        shape: what a model must take and give.
        data: for `fourbeat.Run(data=…)`: with it the receipt knows files, columns and split.
    """

    train: Iterable[Any]
    validation: Iterable[Any]
    test: Iterable[Any] | None
    shape: TableShape | ImageShape
    data: DataRecord


def train(
    table: Any,
    target: str | Sequence[str] = "",
    *,
    task: TaskName | None = None,
    out: str | Path | None = None,
    ignore: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
) -> Outcome:
    """Train on a table or on images, as `fourbeat train` does.

    Args:
        table: a path, or a frame with `__arrow_c_stream__` (pandas, Polars, pyarrow, DuckDB); or
            images: a folder by class, an IDX file, `fashion-mnist` with the setting `data.dir`;
            or a `module:factory` that makes datasets.
        target: the column to predict, or the columns of a multi-label task; none for images.
        task: what the target is: `classification` (the default), `regression`, `multilabel`.
        out: the run's directory; an unfinished run in it goes on. Default: a free one in `runs/`.
        ignore: columns to leave out: names or shell patterns.
        settings: any option of the configuration by its dotted name: `{"train.epochs": 20}`.

    Returns:
        The run's directory, for `fourbeat.load`, and its receipt.

    Raises:
        ConfigError, DataError: with what does not fit, all at once.
    """
    config, frame = declared(table, target, task, ignore, settings)
    return train_config(config, None if out is None else Path(out), frame=frame)


def loaders(
    table: Any,
    target: str | Sequence[str] = "",
    *,
    task: TaskName | None = None,
    ignore: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
) -> Loaders:
    """What `fourbeat.train` would train on, for a loop of one's own.

    Rows are split, columns encoded and images normalised by the training rows, and flips and
    crops are a function of seed, epoch and row; so a run over these loaders resumes at any step.

    Args:
        table, target, task, ignore, settings: see `fourbeat.train`.

    Raises:
        ConfigError, DataError: with what does not fit, all at once.
    """
    config, frame = declared(table, target, task, ignore, settings)
    data = read(config, frame)
    if isinstance(data, OwnData):
        raise ConfigError("data of your own has loaders already", data.name, "Use them")
    made = loaders_of(data, config, config.train.batch_size or size_for(data))
    return Loaders(made["train"], made["validation"], made.get("test"), data.shape, data.record)


def declared(
    table: Any,
    target: str | Sequence[str],
    task: TaskName | None,
    ignore: Sequence[str],
    settings: Mapping[str, Any] | None,
) -> tuple[Config, Any]:
    """The configuration that these mean, and the frame if there is one."""
    flags: dict[str, Any] = {"data.ignore": list(ignore), **(settings or {})}
    if target:
        flags["data.target"] = target if isinstance(target, str) else list(target)
    if task:
        flags["data.task"] = task
    if not isinstance(table, str | Path):
        return load(flags=flags), table
    own = is_code(str(table)) and not Path(table).exists()
    flags["data.factory" if own else "data.path"] = str(table)
    return load(flags=flags), None
