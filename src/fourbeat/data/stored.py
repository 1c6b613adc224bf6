"""A table that stays in its Parquet files: a column at a time to understand it, a row group to train on."""

from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import torch

from fourbeat.data.column import Column
from fourbeat.data.encode import Features, encode, shape_of
from fourbeat.data.source import plain
from fourbeat.data.text import fitted
from fourbeat.data.windows import window_rows
from fourbeat.data.words import CODES
from fourbeat.errors import DataError, first_line
from fourbeat.types import Values


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A Parquet file that is open.

    Attributes:
        file: it, or the temporary copy of a file of another kind.
        path: the user's own file, for messages.
        kinds: type of each column, by name, as a reader of the whole file has it.
        groups: numbers of the row groups that have rows.
        counts: rows of each of these.
        missing: texts that mean "no value".
    """

    file: parquet.ParquetFile
    path: Path
    kinds: dict[str, pa.DataType]
    groups: list[int]
    counts: list[int]
    missing: Sequence[str]

    def part(self, number: int, name: str) -> Values:
        """One column of one of `groups`, by its place there.

        Raises:
            DataError: if that row group is damaged.
        """
        try:
            table = self.file.read_row_group(self.groups[number], columns=[name], use_threads=False)
            column = table[name]
            if column.type != self.kinds[name]:  # Parquet has no seconds: they come as milliseconds
                column = column.cast(self.kinds[name])
        except (pa.ArrowException, OSError, KeyError) as error:
            where = f"row group {self.groups[number] + 1} of {self.file.num_row_groups}"
            raise DataError(
                f"{where} is damaged: {first_line(error)}",
                f"{self.path}, column {name!r}",
                "Write the file again, or put back a copy",
            ) from None
        return plain(column, self.missing)

    def meant(self, name: str) -> pa.DataType:
        """The type of a column as `read` gives it."""
        return plain(pa.chunked_array([pa.array([], self.kinds[name])])).type


class StoredColumns(MutableMapping[str, Values]):
    """Columns by name, each read anew whenever it is asked for, and none kept.

    Args:
        files: one below the other.
        kinds: type of each column over all files, in the order of the first one.
    """

    def __init__(self, files: Sequence[StoredFile], kinds: dict[str, pa.DataType]):
        self.files = files
        self.kinds = dict(kinds)
        self.places = [(file, at) for file in files for at in range(len(file.groups))]

    @property
    def counts(self) -> list[int]:
        """Rows of each row group."""
        return [file.counts[at] for file, at in self.places]

    def part(self, group: int, name: str) -> Values:
        """A column's values in one row group.

        Raises:
            DataError: if it is damaged, or does not fit what the first file has there.
        """
        file, at = self.places[group]
        place = f"{file.path.name}, column {name!r}"
        return fitted(file.part(at, name), self.kinds[name], place)

    def __getitem__(self, name: str) -> Values:
        kind: Any = self.kinds[name]
        parts = (self.part(group, name) for group in range(len(self.places)))
        whole = pa.chunked_array([chunk for part in parts for chunk in part.chunks], type=kind)
        pool: Any = pa.default_memory_pool()
        pool.release_unused()
        return whole

    def __setitem__(self, name: str, value: Values) -> None:
        raise TypeError("the columns of a file are not written to")

    def __delitem__(self, name: str) -> None:
        del self.kinds[name]

    def __contains__(self, name: object) -> bool:
        return name in self.kinds

    def __iter__(self) -> Iterator[str]:
        return iter(list(self.kinds))

    def __len__(self) -> int:
        return len(self.kinds)


class StoredFeatures:
    """Rows that are encoded whenever they are asked for, to the bits that `Features` has of them.

    Args:
        columns: fitted.
        table: where their values are.
        place: what messages call the table.
    """

    def __init__(self, columns: Sequence[Column], table: StoredColumns, place: str):
        self.columns = columns
        self.table = table
        self.place = place
        self.counts = table.counts
        self.starts = np.cumsum([0, *self.counts])

    @property
    def row_bytes(self) -> int:
        """Bytes of an encoded row."""
        shape = shape_of(self.columns, 0)
        return 4 * shape.numeric + 8 * (len(shape.cardinalities) + CODES * len(shape.texts))

    @property
    def said(self) -> str:
        """How the rows are read, for the receipt."""
        many, rows = len(self.counts), window_rows(self.row_bytes)
        return (
            f"Streamed from {many:,} row group{'s' * (many > 1)} of {max(self.counts):,} rows at most: an epoch "
            f"shuffles these, and then the rows of windows of {max(rows, *self.counts):,} rows at most."
        )

    def group(self, number: int) -> Features:
        """The rows of one row group."""
        return encode(
            self.columns,
            lambda name: self.table.part(number, name),
            self.counts[number],
            self.place,
            int(self.starts[number]),
        )

    def column(self, column: Column) -> Features:
        """All rows of one column."""
        return encode([column], self.table.__getitem__, int(self.starts[-1]), self.place)

    def pick(self, rows: np.ndarray) -> Features:
        """Some rows, by their numbers, ascending."""
        cuts = np.searchsorted(rows, self.starts)
        parts: list[Features] = []
        for number, (low, high) in enumerate(pairwise(cuts.tolist())):
            if low < high:
                parts.append(self.group(number).pick(rows[low:high] - self.starts[number]))
        return Features(
            torch.cat([part.numeric for part in parts]), torch.cat([part.codes for part in parts])
        )
