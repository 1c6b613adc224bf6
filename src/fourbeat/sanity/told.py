"""A bug in words, before it has a place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Told:
    """What a finding says.

    Attributes:
        message: what is wrong, in a sentence.
        fix: what to do.
        evidence: numbers that show it, by name.
    """

    message: str
    fix: str
    evidence: Mapping[str, Any] = field(default_factory=dict[str, Any])
