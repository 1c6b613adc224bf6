"""A CSV in blocks, in constant memory."""

import zlib
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv

from fourbeat.data import csv_faults
from fourbeat.data.opening import delimiter_of, header_of
from fourbeat.data.source import check_names, csv_options
from fourbeat.errors import DataError

BLOCK = 4 << 20  # bytes that are read at once


def csv_blocks(
    path: Path,
    *,
    quoted: bool,
    kinds: Mapping[str, pa.DataType] | None = None,
    missing: Sequence[str] = (),
) -> Generator[Any]:
    """The schema, then the rows in record batches.

    Args:
        path: of the file.
        quoted: whether it holds a double quote at all.
        kinds: type of each column, by name. Default: every field is the text that it is.
        missing: texts that mean "no value" in columns of numbers, beside the usual ones.

    Raises:
        DataError: naming what is wrong, and its lines.
    """
    # Arrow's own threads may outlive the reader and abort the process at its end, after all is
    # written (apache/arrow#43604, #34314); without them it is no slower here.
    read = csv.ReadOptions(block_size=BLOCK, use_threads=False)
    delimiter = delimiter_of(path)
    try:
        names = header_of(path, delimiter)
        check_names(names, path.name)
        options = csv_options(path, quoted=quoted, missing=missing, text=names)
        if kinds is not None:
            options["convert_options"].column_types = dict(kinds)
        with csv.open_csv(str(path), **options, read_options=read) as reader:
            yield reader.schema
            yield from reader
    except DataError:
        raise
    except (pa.ArrowInvalid, UnicodeDecodeError, OSError, EOFError, zlib.error) as error:
        raise csv_faults.explain(path, delimiter, error) from None
