"""What `fourbeat data` prints."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from fourbeat.cli.summary import dump, plain_console, print_findings, split_line, target_line
from fourbeat.config.options import Config
from fourbeat.data.spelling import spellings
from fourbeat.data.survey import Survey
from fourbeat.data.targets.classes import spelled
from fourbeat.errors import FourbeatError

SHOWN = 3
"""Columns of a marker that are printed."""


def print_survey(survey: Survey, config: Config, out: Path | None, *, as_json: bool) -> None:
    """The columns, what may be missing, target and split, findings, and what keeps from training."""
    if as_json:
        dump(as_object(survey, out))
        return
    console = plain_console()
    for file in survey.files:
        console.print(f"{file.role:8} {file.name}: {file.rows:,} rows, sha256 {file.sha256[:16]}…")
    console.print(columns(survey))
    asked = proposals(survey)
    for line in asked:
        console.print(line)
    if survey.record:
        console.print(target_line(survey.record) + shares(survey))
        console.print(split_line(survey.record))
        for group in spellings(survey.record.classes):
            console.print(f"note     {spelled(group)}")
    print_findings(console, survey.findings)
    for problem in survey.problems:
        console.print(f"error    {problem}")
    if not survey.findings and not survey.problems:
        console.print(
            "no leak was found; what may mean no value is asked above"
            if asked
            else "nothing was found to be wrong"
        )
    if out is not None:
        console.print(f"schema   {out}: edit it, then `fourbeat train {out}`")


def print_refusal(error: FourbeatError) -> None:
    """For programs: a table that cannot be looked at, and why."""
    nothing = Survey([], [], {}, {}, {}, error.problems)
    dump(as_object(nothing, None))


def as_object(survey: Survey, out: Path | None) -> dict[str, Any]:
    """The same for programs."""
    known = {column.name: column for column in survey.record.columns} if survey.record else {}
    return {
        "files": [file.model_dump() for file in survey.files],
        "columns": [
            {
                **known.get(column.name, column).model_dump(mode="json", exclude={"missing"}),
                "different": survey.different[column.name],
                "missing": survey.missing[column.name],
                "markers": [asdict(marker) for marker in survey.markers.get(column.name, [])],
            }
            for column in survey.columns
        ],
        "classes": survey.counts,
        "split": survey.record.split.model_dump() if survey.record else None,
        "notes": survey.record.notes if survey.record else [],
        "findings": [finding.model_dump() for finding in survey.findings],
        "problems": [asdict(problem) for problem in survey.problems],
        "schema": str(out) if out else None,
    }


def columns(survey: Survey) -> Table:
    """The columns, one a line."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("column", "type", "different", "missing", "why"):
        right = name in ("different", "missing")
        table.add_column(name, justify="right" if right else "left")
    # What the split takes out of the columns is known only with it.
    for column in survey.record.columns if survey.record else survey.columns:
        cells = (
            column.name,
            column.type,
            f"{survey.different[column.name]:,}",
            f"{survey.missing[column.name]:,}",
            column.reason,
        )
        table.add_row(*map(Text, cells))
    return table


def proposals(survey: Survey) -> list[str]:
    """Each marker of missing values, with the columns that have it."""
    where: dict[str, list[str]] = {}
    for name, found in survey.markers.items():
        for marker in found:
            where.setdefault(marker.text, []).append(f"{name} {marker.rows:,}")
    return [
        f"missing? {text!r} in {', '.join(said[:SHOWN])}{', …' if len(said) > SHOWN else ''} "
        f"({len(said)} column{'s' * (len(said) > 1)}): if it means no value, --missing {text!r}"
        for text, said in where.items()
    ]


def shares(survey: Survey) -> str:
    """The classes' shares of the training rows."""
    total = sum(survey.counts.values())
    said = [f"{name} {count / total:.1%}" for name, count in list(survey.counts.items())[:10]]
    return f" ({', '.join(said)}{', …' if len(survey.counts) > 10 else ''})" if said else ""
