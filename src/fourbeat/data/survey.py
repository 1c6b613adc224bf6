"""A table looked at without training on it: what its columns are, and what is wrong with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from fourbeat.config.data import DataConfig, SplitConfig
from fourbeat.data import dates, markers, prepare, schema
from fourbeat.data.arrow import CAST_ERRORS, pc
from fourbeat.data.column import Column
from fourbeat.data.gather import gather
from fourbeat.data.markers import Marker
from fourbeat.data.record import DataFinding, DataRecord, FileRecord
from fourbeat.data.strays import strays
from fourbeat.errors import DataError, Problem
from fourbeat.types import Values


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is to know before a training.

    Attributes:
        files: what was read.
        columns: what they are.
        different: values that each column has, the missing one not among them.
        missing: rows without a value, by column.
        markers: what may mean "no value", by column; proposed and not assumed.
        problems: what keeps the table from being trained on.
        record: what a training's receipt would say, with statistics; None where there are problems.
        counts: training rows of each class, of a classification.
    """

    files: list[FileRecord]
    columns: Sequence[Column]
    different: dict[str, int]
    missing: dict[str, int]
    markers: dict[str, list[Marker]]
    problems: list[Problem] = field(default_factory=list[Problem])
    record: DataRecord | None = None
    counts: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def findings(self) -> list[DataFinding]:
        """What is wrong with the data; nothing where there are problems."""
        return self.record.findings if self.record else []


def fatal(findings: Sequence[DataFinding], *, strict: bool) -> bool:
    """Whether findings are a reason to stop: errors are, with `strict` warnings as well."""
    return any(f.severity == "error" or (strict and f.severity == "warning") for f in findings)


def distinct(values: Values) -> int:
    """Different values of a column; 0 for a type that has no equality."""
    try:
        return int(pc.count_distinct(values, mode="only_valid").as_py())
    except CAST_ERRORS:
        return 0


def proposed(column: Column, values: Values, config: DataConfig) -> list[Marker]:
    """What may mean "no value" in a column: known markers, and a few texts among numbers or dates."""
    found = markers.proposed(values)
    if not pa.types.is_string(values.type):
        return found
    told = config.columns.get(column.name)
    if column.type == "datetime" and column.formats:
        moments = dates.read(values, column.formats)
        found += markers.far_dates(values, moments.cast(pa.date32(), safe=False))
    elif column.type in ("category", "id", "text") and not (told and told.kind):
        few = strays(values)
        found += few.few if few else ()
    return found


def survey(config: DataConfig, split: SplitConfig, seed: int, frame: Any = None) -> Survey:
    """Read a table and say what it is; what is wrong with it is a part of the answer.

    Args:
        config, split, seed, frame: see `prepare`.

    Raises:
        DataError: if it cannot be read, or lacks columns that are named.
    """
    gathered = gather(config, split, frame)
    source = gathered.table
    columns, problems = schema.look(source, config.targets, config.ignore, config.columns)
    seen = Survey(
        files=gathered.files,
        columns=[column for column in columns if column.name != split.column],
        different={name: distinct(values) for name, values in source.columns.items()},
        missing={name: values.null_count for name, values in source.columns.items()},
        markers={
            column.name: found
            for column in columns
            if (found := proposed(column, source.columns[column.name], config))
        },
        problems=problems,
    )
    if problems:
        return seen
    try:
        known = prepare.understand(gathered, config, split, seed)
    except DataError as error:
        return replace(seen, problems=error.problems)
    numbers = known.target[known.rows.train]
    counts = {name: int((numbers == i).sum()) for i, name in enumerate(known.record.classes)}
    return replace(seen, record=known.record, counts=counts)
