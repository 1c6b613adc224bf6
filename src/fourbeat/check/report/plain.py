"""Findings as plain values, for `--json`."""

from collections.abc import Sequence
from typing import Any

from fourbeat.finding import Finding, near


def plain(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Each finding as an object; `file`, `line` and `end_line` are null where no line is known."""
    return [
        {
            "rule": finding.rule,
            "severity": finding.severity,
            "file": near(finding.place.file) if finding.place else None,
            "line": finding.place.line if finding.place else None,
            "end_line": finding.place.end_line if finding.place else None,
            "message": finding.message,
            "evidence": {key: simple(value) for key, value in finding.evidence.items()},
            "fix": finding.fix,
        }
        for finding in findings
    ]


def simple(value: Any) -> Any:
    """A value that JSON has."""
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, list | tuple):
        return [simple(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
    return str(value)
