"""What was trained on: files, split, target, columns or images."""

from datetime import date, timedelta

from fourbeat.data.column import Column
from fourbeat.data.record import DataRecord, ImageRecord
from fourbeat.receipt.model import Receipt
from fourbeat.receipt.report.markup import (
    MANY_ROWS,
    Html,
    bullets,
    code,
    element,
    folded_if,
    part,
    section,
    table,
)
from fourbeat.receipt.report.wording import NONE, brief, counted, share


def material(receipt: Receipt) -> Html | None:
    """The section."""
    data = receipt.data
    if data is None:
        return None
    parts = [files(data)] if data.files else []
    parts += [split(data), target(data)]
    if data.images:
        parts.append(images(data.images))
    elif data.columns:
        parts.append(columns(data))
    if data.notes:
        parts.append(part("Notes", bullets(data.notes)))
    return section("data", "Data", *parts)


def files(data: DataRecord) -> Html:
    """Where the rows came from."""
    rows = [[file.name, file.role, f"{file.rows:,}", code(file.sha256)] for file in data.files]
    return part("Files", table("Files", ["file", "role", "rows", "sha256"], "llrh", rows))


def split(data: DataRecord) -> Html:
    """Which rows train, validate and test."""
    record = data.split
    total = sum(record.rows.values())
    rows = [
        [side, f"{n:,}", share(n, total), code(record.rows_sha256.get(side, NONE))]
        for side, n in record.rows.items()
    ]
    seed = "" if record.seed is None else f", seed {record.seed}"
    return part(
        "Split",
        element("p", f"Method: {record.method}{seed}."),
        table("Split", ["side", "rows", "share", "sha256 of the row numbers"], "lrrh", rows),
    )


def target(data: DataRecord) -> Html:
    """What was predicted: which class number stands for which label, or how the values lie."""
    name, what = data.aim
    rows, heads = meaning(data)
    whole = table("Target", heads, "l" + "r" * (len(heads) - 1), rows, "narrow")
    return part(
        "Target",
        element("p", element("strong", name), f": {what}."),
        folded_if(len(rows) > MANY_ROWS, counted(len(rows), "label"), whole),
    )


def meaning(data: DataRecord) -> tuple[list[list[str]], list[str]]:
    """The target's classes, labels or statistics as rows of a table, and its heads."""
    if data.quantity:
        known = data.quantity.model_dump(exclude_none=True)
        rows = [[name, brief(value)] for name, value in known.items()]
        return rows, ["over the training rows", "value"]
    if data.labels:
        total = data.split.rows.get("train", 0)
        rows = [
            [label.name, NONE, NONE]
            if label.ones is None
            else [label.name, f"{label.ones:,}", share(label.ones, total)]
            for label in data.labels
        ]
        return rows, ["label", "training rows with 1", "share"]
    rows = [[label, str(number)] for number, label in enumerate(data.classes)]
    return rows, ["label", "class number"]


def images(record: ImageRecord) -> Html:
    """What the model takes: size, channels, normalisation."""
    names = ["grey"] if record.channels == 1 else ["red", "green", "blue"]
    rows = [
        [name, brief(mean), brief(std)]
        for name, mean, std in zip(names, record.mean, record.std, strict=False)
    ]
    change = record.augmentation
    return part(
        "Images",
        element("p", f"{record.said.capitalize()}, training images {change or 'not augmented'}."),
        table("Images", ["channel", "mean", "std"], "lrr", rows, "narrow"),
    )


def columns(data: DataRecord) -> Html:
    """The schema: what each column was taken for, and why."""
    rows = [
        [
            column.name,
            column.type,
            column.source,
            f"{column.missing:,}" if column.used else NONE,
            statistics(column),
            column.reason,
        ]
        for column in data.columns
    ]
    used = sum(column.used for column in data.columns)
    heads = ["column", "type", "read as", "missing", "mean ± std, or categories", "reason"]
    whole = table("Columns", heads, "lllrll", rows, "columns")
    said = f"{used:,} of {counted(len(rows), 'column')} used; statistics are of the training rows."
    return part(
        "Columns",
        element("p", said),
        folded_if(len(rows) > MANY_ROWS, counted(len(rows), "column"), whole),
    )


def statistics(column: Column) -> str:
    """What the training rows say of a column."""
    said: list[str] = []
    if column.mean is not None and column.std is not None:
        day = day_of(column.mean) if column.type == "datetime" else None
        unit = " days" if day else ""
        said.append(f"{day or brief(column.mean)} ± {brief(column.std)}{unit}")
    if column.buckets:
        said.append(f"hashed to {column.buckets:,} codes")
    if column.categories is not None:
        said.append(f"{len(column.categories):,} categories")
        if column.rare:
            said.append(f"{column.rare:,} rare ones unknown")
    return ", ".join(said) or NONE


def day_of(days: float) -> str | None:
    """The date so many days after 1970-01-01, if the calendar has it."""
    try:
        return (date(1970, 1, 1) + timedelta(days=days)).isoformat()
    except (OverflowError, ValueError):
        return None
