"""What a rule is made of."""

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.finding import Finding, Severity

Readers = Mapping[type[Any], Callable[[Any], None]]
"""For each kind of event that a rule reads, what reads it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of silent bug.

    Attributes:
        name: its id, in lower case with hyphens.
        severity: of what it reports at worst.
        what: what the bug is, in a sentence.
        why: why it is wrong, and what it does to the training.
        seen: how it is seen.
        silent: what looks like it and is right, and is not reported.
        bad: an example with the bug.
        good: the same without.
        watch: begins to look at a script; gives what reads its events.
        read: looks at the syntax tree of one of its files, given with its path; None for a rule that
            needs the script to run.
    """

    name: str
    severity: Severity
    what: str
    why: str
    seen: str
    silent: str
    bad: str
    good: str
    watch: Callable[[Facts], Readers] | None = None
    read: Callable[[ast.Module, str], Iterable[Finding]] | None = None
