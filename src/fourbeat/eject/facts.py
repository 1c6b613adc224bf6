"""What the run's table holds, as far as the script's lines depend on it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as parquet

from fourbeat.config.options import Config
from fourbeat.data.arrow import pc
from fourbeat.data.gather import gather
from fourbeat.data.numbers import as_numbers
from fourbeat.data.opening import delimiter_of, is_csv
from fourbeat.data.prepare import READERS
from fourbeat.data.record import DataRecord
from fourbeat.data.source import read
from fourbeat.errors import RunError
from fourbeat.types import Values


@dataclass(frozen=True, slots=True)
class Facts:
    """Of a table, read again.

    Attributes:
        paths: its files.
        kinds: of each file: `csv`, `parquet` or `arrow`.
        coded: whether columns of several files are stored as codes of a dictionary.
        delimiters: of each file, the comma for one that is no CSV.
        line_breaks: whether a value holds one.
        columns: every column of all files, one below the other.
        blanks: text columns with an empty field or another mark for "no value".
        unknown: number columns without a value in some row.
        texts: columns that are text in the first file and would be read as something else in another.
        marked: columns of numbers or dates, in a file that is no CSV, with a mark for "no value".
        groups: of each row, what a random split is stratified by.
        counts: rows of the first table, the validation file and the test file; 0 for none.
    """

    paths: list[Path]
    kinds: list[str]
    coded: bool
    delimiters: list[str]
    line_breaks: bool
    columns: dict[str, Values]
    blanks: list[str]
    unknown: list[str]
    texts: list[str]
    marked: list[str]
    groups: np.ndarray
    counts: list[int]


def facts(config: Config, record: DataRecord) -> Facts:
    """Read the run's table again.

    Raises:
        RunError: for files whose types are too far apart for a script.
    """
    gathered = gather(config.data, config.split, None)
    columns = dict(gathered.table.columns)
    if config.split.column is not None:
        gathered.table.columns.pop(config.split.column)
    used = [column for column in record.columns if column.used]
    paths = [Path(str(file.path)) for file in gathered.files]
    wanted = [column.name for column in used] + list(config.data.targets)
    return Facts(
        paths=paths,
        kinds=[kind_of(path) for path in paths],
        coded=len(paths) > 1
        and any(
            pa.types.is_dictionary(kind)
            for path in paths
            for name, kind in stored(path).items()
            if name in wanted
        ),
        delimiters=[delimiter_of(path) if is_csv(path) else "," for path in paths],
        line_breaks=any(broken(values) for values in columns.values()),
        columns=columns,
        blanks=[
            name
            for name in {
                *(column.name for column in used),
                *filter(None, [config.split.group_column]),
            }
            if is_text(columns[name]) and columns[name].null_count
        ],
        unknown=[
            c.name for c in used if c.is_number and np.isnan(as_numbers(c, columns[c.name])).any()
        ],
        texts=texts_by_declaration(config, columns, wanted, paths),
        marked=marked(config, wanted, paths),
        groups=READERS[config.data.task](gathered, config.data).strata.numbers,
        counts=gathered.counts,
    )


def kind_of(path: Path) -> str:
    """`csv`, `parquet` or `arrow`."""
    if is_csv(path):
        return "csv"
    with path.open("rb") as file:
        return "arrow" if file.read(6) == b"ARROW1" else "parquet"


def stored(path: Path) -> dict[str, pa.DataType]:
    """The types of a file's columns as they are stored; nothing for a CSV."""
    kind = kind_of(path)
    if kind == "csv":
        return {}
    if kind == "arrow":
        with ipc.open_file(str(path)) as reader:
            schema = reader.schema
    else:
        schema = parquet.read_schema(str(path))
    return dict(zip(schema.names, schema.types, strict=True))


def is_text(values: Values) -> bool:
    """Whether a column is text."""
    return pa.types.is_string(values.type)


def broken(values: Values) -> bool:
    """Whether a text holds a line break."""
    return is_text(values) and bool(pc.any(pc.match_substring(values, "\n")).as_py())


def texts_by_declaration(
    config: Config, columns: dict[str, Values], wanted: list[str], paths: list[Path]
) -> list[str]:
    """The columns that pyarrow must be told to read as text.

    Raises:
        RunError: for files whose types are too far apart for pyarrow to bring them together.
    """
    plain = [read(path, missing=config.data.missing) for path in paths]
    told = [
        name
        for name in wanted
        if is_text(columns[name]) and not all(is_text(source.columns[name]) for source in plain)
    ]
    apart = [
        name
        for name in wanted
        if name not in told and not joins([s.columns[name].type for s in plain], columns[name].type)
    ]
    if apart:
        raise RunError(
            f"the split's files hold {', '.join(map(repr, apart))} as different types",
            paths[0].name,
            "Write the files with the same types, train again, then eject",
        )
    return told


def marked(config: Config, wanted: list[str], paths: list[Path]) -> list[str]:
    """The columns whose marks are no texts that pyarrow's reader of CSV would know."""
    found: dict[str, None] = {}
    for path in paths if config.data.missing else ():
        if is_csv(path):
            continue
        bare, plain = read(path).columns, read(path, missing=config.data.missing).columns
        for name in wanted:
            if not is_text(plain[name]) and plain[name].null_count > bare[name].null_count:
                found[name] = None
    return list(found)


def joins(kinds: list[pa.DataType], whole: pa.DataType) -> bool:
    """Whether pyarrow brings these types to that one by itself."""
    schemas = [pa.schema([("x", kind)]) for kind in kinds]
    try:
        return pa.unify_schemas(schemas, promote_options="permissive").field("x").type == whole
    except pa.ArrowException:
        return False
