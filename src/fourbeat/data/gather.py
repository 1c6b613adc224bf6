"""One table from one file, or from a file for each side of the split."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from fourbeat.config.columns import ColumnConfig
from fourbeat.config.data import DataConfig, SplitConfig
from fourbeat.data.column import WRITTEN
from fourbeat.data.record import FileRecord
from fourbeat.data.source import Source, read
from fourbeat.data.stored import StoredColumns
from fourbeat.data.stored_source import stack, stored_source
from fourbeat.data.text import unify
from fourbeat.data.zeros import codes
from fourbeat.errors import DataError, Problem
from fourbeat.types import Values

ROLES = ("data", "validation", "test")


@dataclass(frozen=True, slots=True)
class Gathered:
    """Tables one below the other.

    Attributes:
        table: the first one, with the rows of the others below its own.
        names: of the tables.
        counts: rows of the first table, the validation file and the test file; 0 for none.
        files: their identities.
    """

    table: Source
    names: list[str]
    counts: list[int]
    files: list[FileRecord]

    def parts(self, column: str) -> Iterator[tuple[str, Values]]:
        """A column's values in each table, taken out, with the place that messages name."""
        values, start = self.table.columns.pop(column), 0
        for name, count in zip(self.names, filter(None, self.counts), strict=True):
            yield f"{name}, column {column!r}", values.slice(start, count)
            start += count


def gather(config: DataConfig, split: SplitConfig, frame: Any) -> Gathered:
    """Read the table and the files of the split, and put them one below the other.

    Raises:
        DataError: with what is wrong in every file.
    """
    given = [config.path if frame is None else frame, split.validation_file, split.test_file]
    if given[0] is None:
        raise DataError("no table was named", "data.path", "Give its path and --target COLUMN")
    text = [name for name, told in config.columns.items() if is_text(told)]
    said = {*config.targets, *(name for name, told in config.columns.items() if told.kind)}
    text += [name for name in codes(given[0]) if name not in said]
    sources: list[Source] = []
    problems: list[Problem] = []
    for data in filter(lambda data: data is not None, given):
        try:
            source = (stored_source if config.stream else read)(
                data, missing=config.missing, text=text
            )
            sources.append(source)
            # What is text in the first table is text in the others, digits or not.
            text += [n for n, kind in kinds_of(sources[0]).items() if pa.types.is_string(kind)]
        except DataError as error:
            problems += [problem for problem in error.problems if problem not in problems]
    if problems:
        raise DataError(problems)
    there = [data is not None for data in given]
    counts = [0, 0, 0]
    for place, source in zip(np.flatnonzero(there), sources, strict=True):
        counts[place] = source.rows
    files = [
        FileRecord(
            name=source.name,
            role=role,
            path=str(source.path) if source.path else None,
            sha256=source.sha256,
            rows=source.rows,
        )
        for role, source in zip(np.array(ROLES)[there], sources, strict=True)
    ]
    names = [source.name for source in sources]
    joined = stack if config.stream else join
    table = joined(sources) if len(sources) > 1 else sources[0]
    return Gathered(table, names, counts, files)


def is_text(told: ColumnConfig) -> bool:
    """Whether a column is to be read as text: a category, or numbers that are written for people."""
    return told.kind in WRITTEN or (told.kind == "numeric" and bool(told.format))


def kinds_of(source: Source) -> dict[str, pa.DataType]:
    """The type of each column."""
    if isinstance(source.columns, StoredColumns):
        return source.columns.kinds
    return {name: values.type for name, values in source.columns.items()}


def join(sources: Sequence[Source]) -> Source:
    """Tables with the same columns, one below the other, of the first one's types."""
    first, *others = sources
    problems: list[Problem] = []
    columns = dict(first.columns)
    for source in others:
        for name in first.columns:
            if name not in source.columns:
                problems.append(
                    Problem(f"column {name!r} is missing", source.name, f"{first.name} has it")
                )
                continue
            try:
                above, below = unify(
                    columns[name], source.columns[name], f"{source.name}, column {name!r}"
                )
                columns[name] = pa.chunked_array([*above.chunks, *below.chunks], above.type)
            except DataError as error:
                problems += error.problems
    if problems:
        raise DataError(problems)
    rows = sum(source.rows for source in sources)
    return Source(columns, rows, first.name, first.sha256, first.path, first.orders)
