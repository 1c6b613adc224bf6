"""What was understood of a table as a file that can be edited and passed back: a configuration."""

import json
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from fourbeat.config.data import DataConfig, SplitConfig
from fourbeat.data.column import Column
from fourbeat.data.survey import Survey
from fourbeat.errors import DataError

KEPT = ("target", "task", "ignore", "missing", "classes", "relabel", "min_count", "max_categories")
"""Options of the data, beside its path and its columns, that are written where they are said."""


def write(file: Path, survey: Survey, config: DataConfig, split: SplitConfig) -> None:
    """Write it, whole or not at all; see `text`.

    Raises:
        DataError: if the name is not that of a TOML file, or it cannot be written.
    """
    if file.suffix != ".toml":
        raise DataError("a schema is written as TOML", str(file), "Name it .toml")
    beside = file.with_name(f".{file.name}.tmp")
    try:
        beside.write_text(text(survey, config, split, file), encoding="utf-8")
        beside.replace(file)
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror or error}", str(file)) from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def text(survey: Survey, config: DataConfig, split: SplitConfig, file: Path) -> str:
    """The configuration, with the reasons beside it.

    Args:
        file: that it will be; paths are written as seen from its folder.
    """
    lines = ["# What each column is, and why. Edit it, then:"]
    lines += [f"#   fourbeat train {file.name}", "[data]"]
    if config.path is not None:
        lines.append(f"path = {said(seen_from(config.path, file))}")
    lines += options(config, KEPT)
    lines += proposals(survey, config)
    for column in survey.columns:
        lines += ["", f"# {about(column, survey)}", f"[data.columns.{key(column.name)}]"]
        lines += decided(column)
    divided = options(split, tuple(type(split).model_fields))
    if divided:
        lines += ["", "[split]", *divided]
    return "\n".join(lines) + "\n"


def proposals(survey: Survey, config: DataConfig) -> list[str]:
    """What may mean "no value", as a line that is not in force, with the columns that have it."""
    where: dict[str, list[str]] = {}
    for name, found in survey.markers.items():
        for marker in found:
            where.setdefault(marker.text, []).append(f"{name} {marker.rows:,}")
    if not where:
        return []
    said_of = "; ".join(f"{text!r} in {', '.join(names)}" for text, names in where.items())
    return [f"# missing = {said([*config.missing, *where])}  # {' '.join(said_of.split())}"]


def options(section: DataConfig | SplitConfig, names: tuple[str, ...]) -> list[str]:
    """The options of a section that are not at their defaults."""
    fields = type(section).model_fields
    values = {name: getattr(section, name) for name in names}
    return [
        f"{name} = {said(value)}"
        for name, value in values.items()
        if value != fields[name].get_default()
    ]


def about(column: Column, survey: Survey) -> str:
    """Why a column is what it is, with its counts; in one line."""
    gone = survey.missing[column.name]
    counts = f"{survey.different[column.name]:,} different values" + (
        f", {gone:,} missing" if gone else ""
    )
    return " ".join(f"{counts}; {column.reason}".split())


def decided(column: Column) -> list[str]:
    """The lines of what was decided."""
    lines = [f"type = {said(column.type)}"]
    if column.formats:
        lines.append(f"format = {said(column.formats)}")
    if column.order:
        lines.append(f"order = {said(column.order)}")
    if column.scale != "standard":
        lines.append(f"scale = {said(column.scale)}")
    if column.buckets:
        lines.append(f"buckets = {column.buckets}")
    return lines


def said(value: Any) -> str:
    """A value in TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key(name)} = {said(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(said, value)) + "]"
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    # JSON's escapes are TOML's, but for the character that JSON leaves as it is.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def key(name: str) -> str:
    """A key in TOML."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else said(name)


def seen_from(path: Path, file: Path) -> str:
    """A path relative to a file's folder, if it lies below; else the full one."""
    folder = file.absolute().parent
    full = path.absolute()
    return os.path.relpath(full, folder) if full.is_relative_to(folder) else str(full)
