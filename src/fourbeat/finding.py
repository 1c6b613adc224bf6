"""What a rule reports: the line, the evidence, the fix."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]

ORDER: tuple[Severity, ...] = ("error", "warning", "note")
"""The worst first."""


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere in the user's code.

    Attributes:
        file: its path, absolute.
        line: from 1.
        end_line: the last line of the expression.
        function: that it is in, `<module>` outside of any.
    """

    file: str
    line: int
    end_line: int
    function: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A bug that was seen.

    Attributes:
        rule: its id.
        severity: `error` only where the evidence is conclusive.
        place: the line to look at; None where no line of the user's can be named.
        message: what is wrong, in a sentence.
        evidence: numbers that show it, by name.
        fix: what to do, in a line or two.
    """

    rule: str
    severity: Severity
    place: Place | None
    message: str
    fix: str
    evidence: Mapping[str, Any] = field(default_factory=dict[str, Any])


def near(file: str) -> str:
    """A path as seen from the current folder, if it lies below."""
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file
