"""From files or a frame to encoded rows, labels and splits: the whole way, in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import torch

from fourbeat.config import DataConfig, SplitConfig
from fourbeat.data import encode, labels, schema, split
from fourbeat.data.encode import Features, TableShape
from fourbeat.data.record import DataRecord, FileRecord
from fourbeat.data.source import Source, read
from fourbeat.data.split import Rows
from fourbeat.errors import DataError, Problem
from fourbeat.types import Values


@dataclass(frozen=True, slots=True)
class Prepared:
    """A table ready to train on.

    Attributes:
        features: every row, encoded once; the splits are row numbers into it.
        target: class numbers, int64 of shape (rows,).
        rows: row numbers of each side.
        record: identity and meaning, for the receipt.
        shape: what the model must take.
    """

    features: Features
    target: torch.Tensor
    rows: Rows
    record: DataRecord
    shape: TableShape


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
    source, counts, files = read_all(config, split_config, frame)
    place = f"{source.name}, column {config.target!r}"
    ignore = [*config.ignore, *([split_config.column] if split_config.column else [])]
    check_split_column(source, config, split_config)
    columns = schema.infer(
        source,
        config.target,
        ignore=ignore,
        types=config.types,
        max_categories=config.max_categories,
    )
    texts = labels.texts(source.columns.pop(config.target), config.relabel, place)
    # With a file for each split, the training file's labels are the mapping.
    known = texts.slice(0, counts[0]) if len(counts) > 1 else texts
    classes = labels.classes_of(known, config.classes, place)
    target = labels.encode(texts, classes, place)
    if split_config.column is not None:
        method, rows = "column", split.by_column(source.columns[split_config.column], place)
    elif len(counts) > 1:
        method, rows = "file", split.by_file(target, counts, classes, split_config, seed)
    else:
        method = "stratified"
        rows = split.stratified(
            target,
            classes,
            validation=split_config.validation,
            test=split_config.test,
            seed=seed,
        )
    check_classes(target[rows.train], classes, place)
    min_count = config.min_count or encode.fewest(len(rows.train))
    fitted = [
        encode.fit(column, source.columns[column.name], rows.train, min_count)
        if column.used
        else column
        for column in columns
    ]
    record = DataRecord(
        files=files,
        target=config.target,
        columns=fitted,
        classes=classes,
        split=rows.record(method, seed if method != "column" else None),
        notes=notes_of(config, fitted, classes, min_count),
    )
    return Prepared(
        encode.encode(fitted, source.columns.pop, source.rows),
        torch.from_numpy(target),
        rows,
        record,
        encode.shape_of(fitted, len(classes)),
    )


def read_all(
    config: DataConfig, split_config: SplitConfig, frame: Any
) -> tuple[Source, list[int], list[FileRecord]]:
    """The table, with the validation and test files below it; the rows of each; their identity."""
    roles: list[tuple[str, Path | Any]] = [("data", frame if frame is not None else config.path)]
    roles += [
        (role, path)
        for role, path in (
            ("validation", split_config.validation_file),
            ("test", split_config.test_file),
        )
        if path is not None
    ]
    text = [name for name, kind in config.types.items() if kind == "category"]
    sources = [read(data, missing=config.missing, text=text) for _, data in roles]
    files = [
        FileRecord(
            name=source.name,
            role=role,
            path=str(source.path) if source.path else None,
            sha256=source.sha256,
            rows=source.rows,
        )
        for (role, _), source in zip(roles, sources, strict=True)
    ]
    counts = [0, 0, 0]
    for (role, _), source in zip(roles, sources, strict=True):
        counts[("data", "validation", "test").index(role)] = source.rows
    if len(sources) == 1:
        return sources[0], [sources[0].rows], files
    return join(sources), counts, files


def join(sources: Sequence[Source]) -> Source:
    """Tables with the same columns, one below the other."""
    first = sources[0]
    problems = [
        Problem(f"column {name!r} is missing", source.name, f"{first.name} has it")
        for source in sources[1:]
        for name in first.columns
        if name not in source.columns
    ]
    if problems:
        raise DataError(problems)
    joined: dict[str, Values] = {}
    for name in first.columns:
        parts = [source.columns[name] for source in sources]
        kinds = {str(part.type) for part in parts}
        if len(kinds) > 1:
            number = all(
                pa.types.is_integer(part.type) or pa.types.is_floating(part.type)
                for part in parts
                if not pa.types.is_null(part.type)
            )
            parts = [part.cast(pa.float64() if number else pa.string()) for part in parts]
        joined[name] = pa.chunked_array([chunk for part in parts for chunk in part.chunks])
    return Source(joined, sum(s.rows for s in sources), first.name, first.sha256, first.path)


def check_split_column(source: Source, config: DataConfig, split_config: SplitConfig) -> None:
    """The split's column must be there, and not be the target."""
    name = split_config.column
    if name is not None and (name not in source.columns or name == config.target):
        what = "is the target" if name == config.target else "is not in the table"
        raise DataError(f"the split column {name!r} {what}", source.name)


def check_classes(target: Any, classes: Sequence[str], place: str) -> None:
    """Every class must have a training row."""
    seen = set(target.tolist())
    absent = [name for number, name in enumerate(classes) if number not in seen]
    if absent:
        raise DataError(
            f"no training row has the class {', '.join(map(repr, absent[:5]))}",
            place,
            "Split otherwise, or merge or remove the class",
        )


def notes_of(
    config: DataConfig, columns: Sequence[schema.Column], classes: Sequence[str], min_count: int
) -> list[str]:
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
    mapping = ", ".join(f"{name} = {number}" for number, name in enumerate(classes))
    return [*notes, f"Labels: {mapping}."]
