"""From files or a frame to encoded rows, targets and splits: the whole way, in order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from fourbeat.config.data import DataConfig, SplitConfig
from fourbeat.data import division, encode, schema, split
from fourbeat.data.encode import Features, TableShape
from fourbeat.data.gather import Gathered, gather
from fourbeat.data.leaks.facts import Facts, Leak
from fourbeat.data.leaks.look import look
from fourbeat.data.leaks.sample import look_at_some
from fourbeat.data.record import DataRecord
from fourbeat.data.source import Source
from fourbeat.data.split import Rows
from fourbeat.data.stored import StoredColumns, StoredFeatures
from fourbeat.data.targets import classes, labels, quantities
from fourbeat.data.targets.target import Reading
from fourbeat.errors import DataError
from fourbeat.types import TaskName, Values

READERS: dict[TaskName, Callable[[Gathered, DataConfig], Reading]] = {
    "classification": classes.read,
    "regression": quantities.read,
    "multilabel": labels.read,
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A table ready to train on.

    Attributes:
        features: every row, encoded once, or whenever it is asked for; the splits are row numbers into it.
        target: class numbers, int64 of shape (rows,), or float32 of shape (rows, outputs).
        rows: row numbers of each side.
        record: identity and meaning, for the receipt.
        shape: what the model must take.
        min_count: training rows that a category needed.
        leaks: what is wrong with the data, with the guilty rows.
    """

    features: Features | StoredFeatures
    target: torch.Tensor
    rows: Rows
    record: DataRecord
    shape: TableShape
    min_count: int
    leaks: list[Leak]


@dataclass(frozen=True, slots=True)
class Understood:
    """A table that was divided and measured, and is not encoded yet; see `Prepared`."""

    source: Source
    target: torch.Tensor
    rows: Rows
    record: DataRecord
    min_count: int
    leaks: list[Leak]


def prepare(
    config: DataConfig, split_config: SplitConfig, seed: int, frame: Any = None
) -> Prepared:
    """Read, infer, split, fit on the training rows, encode.

    Args:
        config: which rows and what they mean.
        split_config: which of them train, validate and test.
        seed: of a random split.
        frame: a frame in memory, in place of `config.path`.

    Raises:
        DataError: with every problem of one stage at once.
    """
    known = understand(gather(config, split_config, frame), config, split_config, seed)
    source, columns = known.source, known.record.columns
    if isinstance(source.columns, StoredColumns):
        features = StoredFeatures(columns, source.columns, source.name)
        known.record.notes.append(features.said)
    else:
        features = encode.encode(columns, source.columns.pop, source.rows, source.name)
    return Prepared(
        features,
        known.target,
        known.rows,
        known.record,
        encode.shape_of(columns, known.record.outputs),
        known.min_count,
        known.leaks,
    )


def understand(
    gathered: Gathered, config: DataConfig, split_config: SplitConfig, seed: int
) -> Understood:
    """All of `prepare` between reading and encoding.

    Raises:
        DataError: with every problem of one stage at once.
    """
    source = gathered.table
    by, group = take_split_column(source, config, split_config), split_config.group_column
    division.check_names(source, config, split_config)
    left_out = [*patterns(config, split_config, source), *filter(None, [group])]
    columns = schema.infer(source, config.targets, ignore=left_out, told=config.columns)
    columns = [
        column.model_copy(update={"reason": "the group that rows are split by"})
        if column.name == group
        else column
        for column in columns
    ]
    reading = READERS[config.task](gathered, config)
    strata = reading.strata
    if by is not None:
        method = "column"
        rows = split.by_column(by, f"{source.name}, column {split_config.column!r}")
    elif any(gathered.counts[1:]):
        method = "file"
        rows = split.by_file(strata.numbers, gathered.counts, strata.names, split_config, seed)
    else:
        seen = [column.name for column in columns if column.used]
        goes_by = division.material(source, strata, config, split_config, seen)
        method, rows = goes_by.method, division.divide(goes_by, split_config, seed)
    target = reading.fit(rows.train)
    facts = Facts(
        values=source.columns,
        columns=columns,
        target=target.values.numpy(),
        names=target.classes or [label.name for label in target.labels],
        targets=config.targets,
        task=config.task,
        rows=rows,
        shuffled=method not in ("file", "column", "group", "time", "group and time"),
        files=[(file.name, file.rows) for file in gathered.files],
    )
    leaks, looked = look_at_some(facts, seed) if config.stream else (look(facts), [])
    min_count = config.min_count or encode.fewest(len(rows.train))
    most = config.max_categories
    fitted = [
        encode.fit(column, source.columns[column.name], rows.train, min_count, most)
        if column.used
        else column
        for column in columns
    ]
    record = DataRecord(
        files=gathered.files,
        task=config.task,
        target=config.target if isinstance(config.target, str) else list(config.target),
        columns=fitted,
        classes=target.classes,
        quantity=target.quantity,
        labels=target.labels,
        split=rows.record(
            method,
            None if method in ("column", "time", "group and time") else seed,
            division.by(split_config),
            division.fold(split_config),
        ),
        missing=list(config.missing),
        notes=[*source.notes, *notes_of(config, fitted, min_count), *target.notes, *looked],
        findings=[leak.finding for leak in leaks],
    )
    return Understood(source, target.values, rows, record, min_count, leaks)


def take_split_column(
    source: Source, config: DataConfig, split_config: SplitConfig
) -> Values | None:
    """The column that says the split, taken out of the table, if there is one."""
    name = split_config.column
    if name is None:
        return None
    if name not in source.columns or name in config.targets:
        what = "is the target" if name in config.targets else "is not in the table"
        raise DataError(f"the split column {name!r} {what}", source.name)
    return source.columns.pop(name)


def patterns(config: DataConfig, split_config: SplitConfig, source: Source) -> list[str]:
    """What to leave out, but for patterns that mean the split column alone: it is out already."""
    taken = split_config.column
    return [
        pattern
        for pattern in config.ignore
        if taken is None
        or not schema.matches(taken, pattern)
        or any(schema.matches(name, pattern) for name in source.columns)
    ]


def notes_of(config: DataConfig, columns: Sequence[schema.Column], min_count: int) -> list[str]:
    """Casts and choices that change meaning, in words."""
    whole = [column.name for column in columns if column.used and "int" in column.source]
    notes = [f"Cast from whole numbers to float32: {', '.join(whole)}."] if whole else []
    left = [column for column in columns if not column.used]
    notes += [f"Left out {column.name}: {column.reason}." for column in left]
    notes += [
        f"{column.name}: {column.rare:,} values seen in fewer than {min_count} training rows "
        "count as unknown."
        for column in columns
        if column.rare and column.type == "category"
    ]
    notes += [f"Label {old!r} is read as {new!r}." for old, new in config.relabel.items()]
    return notes
