"""Findings as SARIF 2.1.0, which code hosts show beside the lines.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fourbeat import __version__
from fourbeat.check.report.plain import simple
from fourbeat.check.rules import RULES
from fourbeat.finding import Finding, near


def sarif(findings: Sequence[Finding]) -> dict[str, Any]:
    """One run with its rules and results."""
    used = sorted({finding.rule for finding in findings})
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "fourbeat check",
                        "version": __version__,
                        "rules": [described(name) for name in used],
                    }
                },
                "results": [result(finding, used) for finding in findings],
            }
        ],
    }


def described(name: str) -> dict[str, Any]:
    """A rule."""
    rule = RULES.get(name)
    if rule is None:  # of the tool itself
        return {"id": name}
    return {
        "id": name,
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.seen}\n\nNot reported: {rule.silent}"},
    }


def result(finding: Finding, used: Sequence[str]) -> dict[str, Any]:
    """A finding."""
    made: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": used.index(finding.rule),
        "level": finding.severity,
        "message": {"text": f"{finding.message}. {finding.fix}"},
        "properties": {key: simple(value) for key, value in finding.evidence.items()},
    }
    if finding.place is not None:
        path = Path(near(finding.place.file))
        made["locations"] = [
            {
                "physicalLocation": {
                    "artifactLocation": {
                        "uri": path.as_uri() if path.is_absolute() else path.as_posix()
                    },
                    "region": {
                        "startLine": finding.place.line,
                        "endLine": finding.place.end_line,
                    },
                }
            }
        ]
    return made
