"""A table from a file or a frame, read strictly: every refusal names file, row and column."""

import hashlib
import io
from collections import Counter
from collections.abc import Collection, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.ipc as ipc
import pyarrow.parquet as parquet

from fourbeat.data import csv_faults
from fourbeat.data.arrow import pc
from fourbeat.data.opening import CSV_SUFFIXES, delimiter_of, is_csv, scan
from fourbeat.errors import DataError, Problem, first_line
from fourbeat.types import Values

#: Texts that mean "no value" in a numeric column, pyarrow's own list. Elsewhere only "" does.
NUMERIC_NULLS: list[str] = list(cast(Sequence[str], csv.ConvertOptions().null_values))


@dataclass(slots=True)
class Source:
    """A table, its columns by name; whoever encodes a column takes it out.

    Attributes:
        columns: name to values; `str`, numbers, booleans, dates. "" in a text column is missing. In
            memory, or read anew whenever one is asked for; see `stored`.
        rows: number of rows.
        name: what messages call it.
        orders: the categories of a column that has an order by its type (pandas' and Arrow's ordered
            categories), the lowest first.
        sha256: of the file's bytes, or of the Arrow stream for a frame; "" for one that is not hashed.
        path: the file, or None for a frame.
        notes: what was done to read it, in words.
    """

    columns: MutableMapping[str, Values]
    rows: int
    name: str
    sha256: str
    path: Path | None = None
    orders: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    notes: list[str] = field(default_factory=list[str])


def read(
    data: Any,
    *,
    missing: Sequence[str] = (),
    text: Sequence[str] = (),
    only: Collection[str] | None = None,
) -> Source:
    """Read a table.

    Args:
        data: a path (CSV or TSV, gzipped or not; Parquet; Arrow IPC), or any object with
            `__arrow_c_stream__` (pyarrow, pandas, Polars, DuckDB).
        missing: texts that mean "no value", beside the empty field; those that are numbers do so in
            columns of numbers, too.
        text: columns of a CSV to leave as text whatever they look like.
        only: names of columns to keep, of those that are there. With it a frame, which may be a single
            row to predict, is not hashed. None keeps all.

    Raises:
        DataError: naming file, row and column.
    """
    if isinstance(data, str | Path):
        path = Path(data)
        digest, quoted = scan(path)
        table = (
            read_csv(path, quoted=quoted, missing=missing, text=text)
            if is_csv(path)
            else read_binary(path)
        )
        source = Source({}, table.num_rows, path.name, digest, path.absolute())
    elif hasattr(data, "__arrow_c_stream__"):
        table = read_frame(data)
        digest = frame_sha256(table) if only is None else ""
        source = Source({}, table.num_rows, type(data).__name__, digest)
    else:
        raise DataError(
            f"cannot read a table from {type(data).__name__}",
            remedy="Give a path, or a frame with __arrow_c_stream__ (pandas, Polars, pyarrow)",
        )
    names = table.column_names
    check_names(names, source.name)
    if not names or table.num_rows == 0:
        raise DataError("the table has no rows", source.name)
    source.columns = {
        name: plain(column, missing)
        for name, column in zip(names, table.itercolumns(), strict=True)
        if only is None or name in only
    }
    source.orders = {
        name: tuple(map(str, cast(Any, column.combine_chunks()).dictionary.to_pylist()))
        for name, column in zip(names, table.itercolumns(), strict=True)
        if pa.types.is_dictionary(column.type) and column.type.ordered and name in source.columns
    }
    return source


def check_names(names: Sequence[str], place: str) -> None:
    """Every column must have a name of its own."""
    double = [name for name, count in Counter(names).items() if count > 1]
    if double:
        raise DataError(
            Problem(
                f"column {name!r} stands {names.count(name)} times in the header",
                place,
                "Rename or remove all but one",
            )
            for name in double
        )


def read_frame(frame: Any) -> pa.Table:
    """A frame through `__arrow_c_stream__`, without the index that pandas adds."""
    try:
        table = pa.table(frame)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise DataError(
            f"cannot be read as a table: {first_line(error)}", type(frame).__name__
        ) from None
    return table.drop_columns(
        [name for name in set(table.column_names) if name.startswith("__index_level_")]
    )


def read_csv(
    path: Path, *, quoted: bool, missing: Sequence[str] = (), text: Sequence[str] = ()
) -> pa.Table:
    """Read a whole CSV; types are inferred over all rows."""
    options = csv_options(path, quoted=quoted, missing=missing, text=text)
    try:
        table = csv.read_csv(str(path), **options)
        if any(pa.types.is_binary(kind) for kind in table.schema.types) or not table.column_names:
            raise pa.ArrowInvalid("bytes that are not UTF-8")
        return table
    except (pa.ArrowInvalid, pa.ArrowKeyError, UnicodeDecodeError, OSError) as error:
        raise csv_faults.explain(path, options["parse_options"].delimiter, error) from None


def csv_options(
    path: Path, *, quoted: bool, missing: Sequence[str] = (), text: Sequence[str] = ()
) -> dict[str, Any]:
    """How CSV files are read, by the whole or in a stream."""
    return {
        # A value may hold a line break only where quotes are used; knowing that there are none
        # lets pyarrow cut the file into blocks a quarter faster.
        "parse_options": csv.ParseOptions(delimiter=delimiter_of(path), newlines_in_values=quoted),
        "convert_options": csv.ConvertOptions(
            null_values=[*NUMERIC_NULLS, *missing],
            column_types={name: pa.string() for name in text},
        ),
    }


def read_binary(path: Path) -> pa.Table:
    """Parquet or Arrow IPC, told apart by the first bytes."""
    kind = format_of(path)
    try:
        if kind == "parquet":
            with parquet.ParquetFile(str(path)) as file:
                return file.read()
        with ipc.open_file(str(path)) as reader:
            return reader.read_all()
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"damaged: {first_line(error)}", str(path)) from None


def format_of(path: Path) -> Literal["parquet", "arrow"]:
    """What a file that is no CSV is, by its first bytes.

    Raises:
        DataError: if it is neither.
    """
    with path.open("rb") as file:
        magic = file.read(6)
    if magic.startswith(b"PAR1"):
        return "parquet"
    if magic == b"ARROW1":
        return "arrow"
    raise DataError(
        "neither Parquet nor Arrow, and not named as a CSV",
        str(path),
        f"Text tables end in one of {', '.join(CSV_SUFFIXES)}",
    )


def plain(column: Values, missing: Sequence[str] = ()) -> Values:
    """One Arrow type for each meaning: text is `string`, no dictionaries; NaN and "" are missing."""
    if pa.types.is_dictionary(column.type):
        coded = cast(list[Any], column.chunks)
        words = [plain(pa.chunked_array([chunk.dictionary])) for chunk in coded]
        decoded = [pc.take(w, chunk.indices) for w, chunk in zip(words, coded, strict=True)]
        column = pa.chunked_array([part for c in decoded for part in c.chunks])
    kind = column.type
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind):
        column = column.cast(pa.string())
    elif pa.types.is_decimal(kind) or pa.types.is_float16(kind):
        column = column.cast(pa.float64())
    numbers = [number for number in map(as_number, missing) if number is not None]
    if pa.types.is_integer(column.type) and numbers:
        gone = pc.is_in(column.cast(pa.float64(), safe=False), value_set=pa.array(numbers))
    elif pa.types.is_floating(column.type):
        gone = pc.is_nan(column)
        if numbers:
            marks = pc.is_in(column.cast(pa.float64()), value_set=pa.array(numbers))
            gone = pc.or_(gone, marks)
    elif pa.types.is_date(column.type) and missing:
        gone = pc.is_in(column.cast(pa.string()), value_set=pa.array(missing, pa.string()))
    elif pa.types.is_string(column.type):
        gone = pc.is_in(column, value_set=pa.array(["", *missing], pa.string()))
    else:
        return column
    if pc.any(gone).as_py():
        column = pc.if_else(gone, pa.scalar(None, column.type), column)
    return column


def as_number(text: str) -> float | None:
    """The number that a text is, if it is one."""
    try:
        return float(text)
    except ValueError:
        return None


def identity(data: Any) -> str:
    """The sha256 of a table's file, or of a frame; see `Source`."""
    is_path = isinstance(data, str | Path)
    return scan(Path(data))[0] if is_path else frame_sha256(read_frame(data))


def frame_sha256(table: pa.Table) -> str:
    """The identity of a table in memory: its Arrow stream in blocks of one size."""
    digest = hashlib.sha256()

    class Sink(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            digest.update(memoryview(data))
            return len(data)

    bare = table.replace_schema_metadata(None).combine_chunks()
    with pa.PythonFile(Sink(), mode="w") as sink, ipc.new_stream(sink, bare.schema) as stream:
        for batch in bare.to_batches(max_chunksize=1 << 16):
            stream.write_batch(batch)
    return digest.hexdigest()
