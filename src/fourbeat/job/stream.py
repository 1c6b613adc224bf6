"""Predictions for a file of any size, in constant memory."""

import zlib
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.ipc as ipc
import pyarrow.parquet as parquet
import torch

from fourbeat.data import csv_faults
from fourbeat.data.opening import delimiter_of, header_of, is_csv, scan
from fourbeat.data.source import check_names, csv_options
from fourbeat.errors import DataError, Problem, first_line
from fourbeat.job.predict import ROWS, TableModel, missing_columns
from fourbeat.job.writing import writing

BLOCK = 4 << 20  # bytes of CSV read at once


def predict_file(model: TableModel, source: Path, out: Path) -> int:
    """Write the rows of a file with the predictions beside them.

    For classes these are `prediction`, and `p_<label>` for each class; for a quantity `prediction`;
    for several labels `prediction_<label>` and `p_<label>` for each.

    Args:
        model: a loaded run.
        source: CSV, Parquet or Arrow; the columns in any order, and others beside them.
        out: CSV or Parquet, by its ending. It appears whole or not at all.

    Returns:
        The number of rows.

    Raises:
        DataError: with every missing column, and every column with a value of a wrong type in the
            first block that has one.
    """
    if out.exists() and source.exists() and out.samefile(source):
        raise DataError(
            "the predictions would replace their rows", str(out), "Choose another --out"
        )
    with closing(csv_blocks(source) if is_csv(source) else binary_blocks(source)) as blocks:
        schema = next(blocks)
        check_names(schema.names, source.name)
        nothing = model.answer_of(torch.zeros(0, model.data.outputs))
        clash = sorted(set(model.task.columns(nothing, model.data)) & set(schema.names))
        if clash:
            raise DataError(
                f"the table has columns {clash} already", source.name, "Rename or remove them"
            )
        done = 0
        with writing(out) as write:
            for block in blocks:
                write(predicted(model, block, source.name, done))
                done += block.num_rows
            if done == 0:
                missing = missing_columns(model.columns, schema.names, source.name)
                raise DataError([*missing, Problem("the table has no rows", str(source))])
    return done


def predicted(model: TableModel, block: pa.Table, name: str, before: int) -> pa.Table:
    """A block with its predictions beside it."""
    names = block.schema.names
    columns = {c.name: block[c.name] for c in model.columns if c.name in names}
    said = model.answer(model.encode(columns, block.num_rows, name, before))
    for title, values in model.task.columns(said, model.data).items():
        block = block.append_column(title, values)
    return block


def csv_blocks(path: Path) -> Generator[Any]:
    """The schema, then the rows in blocks, every field as the text that it is."""
    _, quoted = scan(path)
    # Arrow's own threads may outlive the reader and abort the process at its end, after all is
    # written (apache/arrow#43604, #34314); without them it is no slower here.
    read = csv.ReadOptions(block_size=BLOCK, use_threads=False)
    delimiter = delimiter_of(path)
    try:
        names = header_of(path, delimiter)
        check_names(names, path.name)
        options = csv_options(path, quoted=quoted, text=names)
        with csv.open_csv(str(path), **options, read_options=read) as reader:
            yield reader.schema
            for batch in reader:
                for start in range(0, batch.num_rows, ROWS):
                    yield pa.Table.from_batches([batch.slice(start, ROWS)])
    except (pa.ArrowInvalid, UnicodeDecodeError, OSError, EOFError, zlib.error) as error:
        raise csv_faults.explain(path, delimiter, error) from None


def binary_blocks(path: Path) -> Generator[Any]:
    """The schema, then the rows in blocks, of Parquet or Arrow IPC."""
    scan(path)
    with path.open("rb") as file:
        arrow = file.read(6) == b"ARROW1"
    try:
        if arrow:
            with ipc.open_file(str(path)) as reader:
                yield reader.schema
                for number in range(reader.num_record_batches):
                    batch = reader.get_batch(number)
                    for start in range(0, batch.num_rows, ROWS):
                        yield pa.Table.from_batches([batch.slice(start, ROWS)])
        else:
            with parquet.ParquetFile(str(path)) as file:
                yield file.schema_arrow
                for batch in file.iter_batches(batch_size=ROWS, use_threads=False):
                    yield pa.Table.from_batches([batch])
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"damaged, or neither CSV, Parquet nor Arrow: {first_line(error)}", str(path)
        ) from None
