"""What a rule is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.finding import Severity

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
    """

    name: str
    severity: Severity
    what: str
    why: str
    seen: str
    silent: str
    bad: str
    good: str
    watch: Callable[[Facts], Readers]
