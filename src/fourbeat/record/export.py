"""A step log as one table, for the world."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from fourbeat.errors import ConfigError, RunError
from fourbeat.record.history import History
from fourbeat.record.layout import SECONDS, Flag


def table(history: History) -> pa.Table:
    """A row for each record.

    Columns: step, epoch, examples, done, clipped, batch (the hash), rows (a list); for each optimizer
    `loss`, `grad_norm` and a `lr` for each group; `seconds.*`; for each parameter `grad.*`,
    `weight.*`, `update.*` and `nonfinite.*`. What was not taken is null.
    """
    several = len(history.optimizers) > 1
    columns: dict[str, Any] = {
        "step": history.step,
        "epoch": history.epoch,
        "examples": history.examples,
        "done": history.counted,
        "clipped": (history.flags & Flag.CLIPPED) != 0,
        "batch": history.batch,
        "rows": pa.array(
            [history.rows(index) for index in range(len(history))], pa.list_(pa.int64())
        ),
    }
    for name in history.optimizers:
        end = f".{name}" if several else ""
        columns[f"loss{end}"] = history.loss(name)
        columns[f"grad_norm{end}"] = known(history.grad_norm(name), history.flags, Flag.GRADIENTS)
        rates = history.lr(name)
        for group in range(rates.shape[1]):
            place = f".{group}" if rates.shape[1] > 1 else ""
            columns[f"lr{end}{place}"] = rates[:, group]
    columns |= {
        f"seconds.{part}": pa.array(history.seconds(part), from_pandas=True) for part in SECONDS
    }
    for name in history.layers:
        layer = history.layer(name)
        columns[f"grad.{name}"] = known(layer.grad, history.flags, Flag.GRADIENTS)
        columns[f"weight.{name}"] = known(layer.weight, history.flags, Flag.WEIGHTS)
        columns[f"update.{name}"] = known(layer.update, history.flags, Flag.WEIGHTS)
        columns[f"nonfinite.{name}"] = layer.nonfinite
    return pa.table(columns)


def known(values: np.ndarray, flags: np.ndarray, flag: int) -> Any:
    """Values, null where they were not taken."""
    return pa.array(values, mask=((flags & flag) == 0))


def export(history: History, path: Path) -> int:
    """Write the table as Parquet, whole or not at all; gives its number of rows.

    Raises:
        ConfigError: for a file of another name.
        RunError: if it cannot be written.
    """
    if path.suffix != ".parquet":
        raise ConfigError("a history is exported as Parquet", str(path), "Name it .parquet")
    made = table(history)
    beside = path.with_name(f".{path.name}.tmp")
    try:
        parquet.write_table(made, beside)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise RunError(
            f"the history cannot be written: {error.strerror or error}", str(path)
        ) from None
    return made.num_rows
