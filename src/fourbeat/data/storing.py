"""Opening a table so that it can stay where it is: its own Parquet file, or a temporary copy in one."""

import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as parquet

from fourbeat.data.csv_blocks import csv_blocks
from fourbeat.data.csv_types import types_of
from fourbeat.data.opening import is_csv, scan
from fourbeat.data.source import check_names, format_of
from fourbeat.data.stored import StoredFile
from fourbeat.errors import DataError, first_line

MOST_ROWS, MOST_BYTES = 1 << 20, 256 << 20
"""A row group of more rows, or more bytes when unpacked, is cut up in a copy: it is read as a whole."""

COPIED_ROWS = 1 << 16
"""Rows in a row group of a copy."""


def store(path: Path, missing: Sequence[str], text: Sequence[str]) -> tuple[StoredFile, str, str]:
    """Open a table.

    Parquet is read where it is. CSV, Arrow and Parquet of very large row groups are copied once into
    a temporary file, which has no name and is gone with the process, however it ends.

    Args:
        path: of the file.
        missing, text: see `fourbeat.data.source.read`.

    Returns:
        The open file, the sha256 of the user's own, and a note on the copy; empty for none.

    Raises:
        DataError: naming what is wrong with the file.
    """
    digest, quoted = scan(path)
    try:
        if is_csv(path):
            kinds = csv_types(path, quoted, missing, text)
            rows = typed(path, quoted, kinds, missing)
            return copied(path, rows, missing), digest, f"{path.name} is text"
        if format_of(path) == "arrow":
            return copied(path, arrow_batches(path), missing), digest, f"{path.name} is Arrow"
        file = opened(str(path))
        if oversized(file):
            note = f"{path.name} has row groups of more than {MOST_ROWS:,} rows or {MOST_BYTES >> 20} MiB"
            return copied(path, parquet_batches(file), missing), digest, note
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"damaged: {first_line(error)}", str(path)) from None
    return stored(file, path, file.schema_arrow, missing), digest, ""


def csv_types(
    path: Path, quoted: bool, missing: Sequence[str], text: Sequence[str]
) -> dict[str, pa.DataType]:
    """The types of a CSV's columns, by all rows."""
    blocks = csv_blocks(path, quoted=quoted)
    next(blocks)
    return types_of((pa.Table.from_batches([block]) for block in blocks), missing, text)


def typed(
    path: Path, quoted: bool, kinds: dict[str, pa.DataType], missing: Sequence[str]
) -> Iterator[Any]:
    """The schema, then the rows of a CSV."""
    if not kinds:
        raise DataError("the table has no rows", path.name)
    yield from csv_blocks(path, quoted=quoted, kinds=kinds, missing=missing)


def arrow_batches(path: Path) -> Iterator[Any]:
    """The schema, then the rows of an Arrow file."""
    with ipc.open_file(str(path)) as reader:
        yield reader.schema
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)


def parquet_batches(file: parquet.ParquetFile) -> Iterator[Any]:
    """The schema, then the rows of a Parquet file, whose row groups are not read as a whole."""
    yield file.schema_arrow
    yield from file.iter_batches(batch_size=COPIED_ROWS, use_threads=False)


def copied(path: Path, rows: Iterator[Any], missing: Sequence[str]) -> StoredFile:
    """The rows in a temporary Parquet file of small row groups.

    Args:
        rows: the schema, then record batches.
    """
    schema = next(rows)
    check_names(schema.names, path.name)
    with ExitStack() as stack:
        with room_for_copy(path):
            temporary = stack.enter_context(tempfile.NamedTemporaryFile(suffix=".parquet"))
            writer = parquet.ParquetWriter(temporary.name, schema)
        for table in tables(rows):
            with room_for_copy(path):
                writer.write_table(table, row_group_size=COPIED_ROWS)
        with room_for_copy(path):
            writer.close()
        # Open, and without a name: nothing is left behind, not even by a kill.
        return stored(opened(pa.OSFile(temporary.name, mode="r")), path, schema, missing)


def tables(batches: Iterator[Any]) -> Iterator[pa.Table]:
    """The rows in tables of `COPIED_ROWS` or more."""
    waiting: list[Any] = []
    for batch in batches:
        waiting.append(batch)
        if sum(map(len, waiting)) >= COPIED_ROWS:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


@contextmanager
def room_for_copy(path: Path) -> Generator[None]:
    """Say an error in writing as what it is.

    Raises:
        DataError: in place of `OSError`.
    """
    try:
        yield
    except OSError as error:
        raise DataError(
            f"its temporary copy cannot be written: {first_line(error)}",
            str(path),
            "Set TMPDIR to a folder with room for it, or write the table as Parquet, which is read in place",
        ) from None


def opened(source: Any) -> parquet.ParquetFile:
    """A Parquet file whose columns are read page by page."""
    return parquet.ParquetFile(source, buffer_size=1 << 20, pre_buffer=False)


def oversized(file: parquet.ParquetFile) -> bool:
    """Whether a row group is too large to be read as a whole."""
    groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
    return any(g.num_rows > MOST_ROWS or g.total_byte_size > MOST_BYTES for g in groups)


def stored(
    file: parquet.ParquetFile, path: Path, schema: pa.Schema, missing: Sequence[str]
) -> StoredFile:
    """A Parquet file with its row groups.

    Raises:
        DataError: for a table without rows, or with two columns of one name.
    """
    check_names(schema.names, path.name)
    counts = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    groups = [number for number, count in enumerate(counts) if count]
    if not groups or not schema.names:
        raise DataError("the table has no rows", path.name)
    kinds = dict(zip(schema.names, schema.types, strict=True))
    return StoredFile(file, path, kinds, groups, [counts[number] for number in groups], missing)
