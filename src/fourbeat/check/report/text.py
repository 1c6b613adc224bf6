"""Findings for people, with the source line."""

from collections.abc import Iterator, Sequence
from typing import Any

from fourbeat.check.sources import Sources
from fourbeat.finding import ORDER, Finding, near


def text(findings: Sequence[Finding], sources: Sources) -> Iterator[str]:
    """Lines of a report."""
    for finding in findings:
        place = finding.place
        where = f"{near(place.file)}:{place.line}: " if place is not None else ""
        yield f"{where}{finding.severity}: {finding.message} [{finding.rule}]"
        if place is not None and (line := sources.line(place)):
            yield f"    {place.line:>4} | {line}"
        if finding.evidence:
            shown = ", ".join(
                f"{k.replace('_', ' ')} {plain(v)}" for k, v in finding.evidence.items()
            )
            yield f"    seen   {shown}"
        yield f"    fix    {finding.fix}"


def plain(value: Any) -> str:
    """A number for people."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def count(findings: Sequence[Finding]) -> str:
    """How many there are of each severity."""
    parts: list[str] = []
    for severity in ORDER:
        number = sum(finding.severity == severity for finding in findings)
        if number or severity != "note":
            parts.append(f"{number} {severity}{'' if number == 1 else 's'}")
    return ", ".join(parts)
