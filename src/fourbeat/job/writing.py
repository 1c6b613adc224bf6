"""A file of predictions that is there whole or not at all."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet

from fourbeat.errors import DataError, first_line


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
        with said(out):
            if writer is None:
                make = csv.CSVWriter if suffix == ".csv" else parquet.ParquetWriter
                writer = make(str(beside), table.schema)
            writer.write_table(table)

    try:
        yield write
        if writer is not None:
            with said(out):
                writer.close()
                beside.replace(out)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


@contextmanager
def said(out: Path) -> Generator[None]:
    """What keeps the predictions from being written, in one message."""
    try:
        yield
    except OSError as error:
        raise DataError(
            f"cannot be written: {error.strerror or first_line(error)}", str(out)
        ) from None
    except pa.ArrowException as error:
        suffix = out.suffix.lower()
        raise DataError(
            f"cannot be written as {suffix}: {first_line(error)}",
            str(out),
            "Write .parquet" if suffix == ".csv" else "",
        ) from None
