"""The answers on held-out rows, kept beside the receipt: anyone can measure them again, and pair them."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from fourbeat.checkpoint import files
from fourbeat.data.arrow import pc
from fourbeat.data.record import DataRecord
from fourbeat.errors import RunError, first_line
from fourbeat.job.results.decision import Outputs
from fourbeat.job.tasks.task import Answer, Task, column
from fourbeat.measure.checked import Bools, Floats, Ints
from fourbeat.receipt.publish import ANSWERS

MOST = 8_000_000
"""Numbers that are kept at most, some 30 MiB; of more rows every second one, every third one, …"""


@dataclass(frozen=True, slots=True)
class Kept:
    """One side's answers as they were kept.

    Attributes:
        rows: numbers of the rows in the data, int64 of shape (rows,).
        said: float64 of shape (rows, outputs): probabilities, or quantities in their own units.
        target: class numbers of shape (rows,), bool of shape (rows, labels), or quantities.
    """

    rows: Ints
    said: Floats
    target: Ints | Bools | Floats


def keep(
    directory: Path,
    task: Task,
    sides: Mapping[str, tuple[Outputs, Answer]],
    data: DataRecord,
) -> str | None:
    """Write `answers.parquet`: `split`, `row`, the target, and the probabilities or the prediction.

    Columns are those that `predict` writes, with `target` (or `target_<label>`) for the truth;
    probabilities are float32.

    Returns:
        What was left out, in words; None for nothing.
    """
    known = {side: pair for side, pair in sides.items() if pair[0].rows is not None}
    (directory / ANSWERS).unlink(missing_ok=True)
    if not known:
        return None
    numbers = sum(len(seen.outputs) * (seen.outputs.shape[1] + 2) for seen, _ in known.values())
    every = -(-numbers // MOST)
    tables = [table(task, side, *pair, data, every) for side, pair in known.items()]
    sink = io.BytesIO()
    parquet.write_table(pa.concat_tables(tables), sink, compression="zstd")
    files.write_bytes(directory / ANSWERS, sink.getvalue())
    return None if every == 1 else f"{ANSWERS} keeps one in {every} rows."


def table(
    task: Task, side: str, seen: Outputs, said: Answer, data: DataRecord, every: int
) -> pa.Table:
    """One side's rows."""
    taken = slice(None, None, every)
    p = None if said.probabilities is None else said.probabilities[taken]
    answers = task.columns(Answer(said.decision[taken], p), data)
    assert seen.rows is not None
    values: dict[str, Any] = {
        "split": pa.repeat(side, len(seen.rows[taken])),
        "row": column(seen.rows[taken]),
        **task.truth(seen.target[taken], data),
        **{name: narrow(name, given, data) for name, given in answers.items()},
    }
    return pa.table(values)


def narrow(name: str, values: Any, data: DataRecord) -> Any:
    """Probabilities as float32."""
    return (
        values if data.quantity or name.startswith("prediction") else pc.cast(values, pa.float32())
    )


def read(directory: Path, side: str, data: DataRecord) -> Kept | None:
    """One side's answers; None where the run kept none of it.

    Raises:
        RunError: if the file is damaged.
    """
    path = directory / ANSWERS
    if not path.exists():
        return None
    try:
        whole = parquet.read_table(path)
        mine = whole.filter(pc.equal(whole["split"], side))
        if not mine.num_rows:
            return None
        rows = mine["row"].to_numpy()
        if data.quantity is not None:
            said, target = mine["prediction"].to_numpy()[:, None], mine["target"].to_numpy()
        elif data.labels:
            names = [label.name for label in data.labels]
            said = np.stack([mine[f"p_{name}"].to_numpy() for name in names], axis=1)
            target = np.stack([mine[f"target_{name}"].to_numpy() for name in names], axis=1) > 0
        else:
            said = np.stack([mine[f"p_{name}"].to_numpy() for name in data.classes], axis=1)
            target = pc.index_in(mine["target"], value_set=pa.array(data.classes)).to_numpy()
            target = target.astype(np.int64)
    except (pa.ArrowException, OSError, KeyError) as error:
        raise RunError(
            f"the kept answers cannot be read: {first_line(error)}",
            str(path),
            f"`fourbeat verify {directory}` names what changed",
        ) from None
    return Kept(rows, np.asarray(said, np.float64), target)
