"""Predictions for a file of any size, in constant memory."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet

from fourbeat.data import csv_faults
from fourbeat.data.source import CSV_SUFFIXES, csv_options, delimiter_of, plain, scan
from fourbeat.data.text import from_text
from fourbeat.errors import DataError
from fourbeat.job.predict import ROWS, TableClassifier, missing_columns

BLOCK = 4 << 20  # bytes of CSV read at once


def predict_file(model: TableClassifier, source: Path, out: Path) -> int:
    """Write the rows of a file with `prediction` and a column `p_<label>` for each class.

    Args:
        model: a loaded run.
        source: CSV or Parquet; the columns in any order, and others beside them.
        out: CSV or Parquet, by its ending. It appears whole or not at all.

    Returns:
        The number of rows.

    Raises:
        DataError: with every missing column, or the first block's values of a wrong type.
    """
    text = source.name.lower().endswith(CSV_SUFFIXES)
    blocks = csv_blocks(source) if text else parquet_blocks(source)
    schema = next(blocks)
    problems = missing_columns(model.columns, schema.names, source.name)
    if problems:
        raise DataError(problems)
    added = ["prediction", *(f"p_{name}" for name in model.classes)]
    clash = sorted(set(added) & set(schema.names))
    if clash:
        raise DataError(
            f"the table has columns {clash} already", source.name, "Rename or remove them"
        )
    done = 0
    with writing(out) as write:
        for block in blocks:
            write(predicted(model, block, added, source.name, done, text=text))
            done += block.num_rows
        if done == 0:
            raise DataError("the table has no rows", str(source))
    return done


def predicted(
    model: TableClassifier,
    block: pa.Table,
    added: list[str],
    name: str,
    before: int,
    *,
    text: bool,
) -> pa.Table:
    """A block with its predictions beside it."""
    columns = {
        column.name: from_text(column, block[column.name]) if text else plain(block[column.name])
        for column in model.columns
    }
    place = f"{name}, rows from {before + 1}" if before else name
    p = model.probabilities(model.encode(columns, block.num_rows, place))
    labels = np.array(model.classes, dtype=object)[p.argmax(axis=1)]
    block = block.append_column(added[0], pa.array(labels, pa.string()))
    for number, column in enumerate(added[1:]):
        block = block.append_column(column, pa.array(np.ascontiguousarray(p[:, number])))
    return block


def csv_blocks(path: Path) -> Iterator[Any]:
    """The schema, then the rows in blocks, every field as the text that it is."""
    _, quoted = scan(path)
    try:
        names = csv.open_csv(
            str(path),
            **csv_options(path, quoted=quoted),
            read_options=csv.ReadOptions(block_size=BLOCK),
        ).schema.names
        check_names(names, path)
        options = csv_options(path, quoted=quoted, text=names)
        reader = csv.open_csv(str(path), **options, read_options=csv.ReadOptions(block_size=BLOCK))
        yield reader.schema
        for batch in reader:
            for start in range(0, batch.num_rows, ROWS):
                yield pa.Table.from_batches([batch.slice(start, ROWS)])
    except (pa.ArrowInvalid, UnicodeDecodeError, OSError) as error:
        raise csv_faults.explain(path, delimiter_of(path), error) from None


def parquet_blocks(path: Path) -> Iterator[Any]:
    """The schema, then the rows in blocks."""
    scan(path)
    try:
        with parquet.ParquetFile(str(path)) as file:
            check_names(file.schema_arrow.names, path)
            yield file.schema_arrow
            for batch in file.iter_batches(batch_size=ROWS):
                yield pa.Table.from_batches([batch])
    except pa.ArrowException as error:
        raise DataError(
            f"damaged, or not Parquet: {str(error).splitlines()[0]}", str(path)
        ) from None


def check_names(names: list[str], path: Path) -> None:
    """Columns must have names of their own."""
    double = sorted({name for name in names if names.count(name) > 1})
    if double:
        raise DataError(f"columns stand twice in the header: {', '.join(double)}", path.name)


@contextmanager
def writing(out: Path) -> Generator[Any]:
    """A function that appends tables to a file, which gets its name when all went well."""
    suffix = out.suffix.lower()
    if suffix not in (".csv", ".parquet"):
        raise DataError("predictions are written as .csv or .parquet", str(out))
    beside = out.with_name(f".{out.name}.tmp")
    writer: Any = None

    def write(table: pa.Table) -> None:
        nonlocal writer
        if writer is None:
            make = csv.CSVWriter if suffix == ".csv" else parquet.ParquetWriter
            writer = make(str(beside), table.schema)
        writer.write_table(table)

    try:
        yield write
        if writer is not None:
            writer.close()
            beside.replace(out)
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror or error}", str(out)) from None
    finally:
        beside.unlink(missing_ok=True)
