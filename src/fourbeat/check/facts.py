"""What rules share: what was found out about the script by now, and how a finding is reported."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fourbeat.check.births import Births
from fourbeat.check.census import Census
from fourbeat.check.cuts import Cuts
from fourbeat.check.kept import Kept
from fourbeat.check.ledger import Ledger
from fourbeat.check.modes import Modes
from fourbeat.check.passes import Passes
from fourbeat.check.rates import Rates
from fourbeat.check.rounds import Rounds
from fourbeat.check.sources import Sources
from fourbeat.finding import Finding, Place, Severity
from fourbeat.observe.stream import Stream


class Facts:
    """The script under observation, as rules see it.

    Attributes:
        stream: of its events.
        ledger: what became of gradients.
        births: where modules were built.
        census: which parameters losses reach, and which optimizers hold.
        cuts: where values left the graph.
        modes: in which mode models are called.
        passes: of DataLoaders.
        rounds: of batches that come again.
        kept: graphs that outlive their backward.
        rates: how far updates go, and what becomes of the loss.
        sources: the syntax trees of its files.
        steps: of training by now.
        folder: that the script's processes share; None if it has but one.
        findings: by now, each rule and line once.
        reading: whether a rule is at work at this moment.
        over: whether enough was seen: nothing that comes is looked at, but the end.
        failed: rules that ended with an error of their own, by name.
    """

    def __init__(self, stream: Stream, sources: Sources):
        self.stream = stream
        self.sources = sources
        self.ledger = Ledger()
        self.births = Births()
        self.census = Census(self.births)
        self.cuts = Cuts()
        self.reading = False
        self.modes = Modes()
        self.passes = Passes()
        self.kept = Kept()
        self.rates = Rates(self.ledger)
        self.rounds = Rounds(self.ledger)
        self.steps = 0
        self.folder: Path | None = None
        self.over: Callable[[], bool] = lambda: False
        self.failed: dict[str, Exception] = {}
        self.findings: dict[tuple[str, str, int], Finding] = {}

    def report(
        self,
        rule: str,
        severity: Severity,
        place: Place | None,
        message: str,
        fix: str,
        **evidence: Any,
    ) -> None:
        """Report a bug; a line that is known to have it is left as it is."""
        self.add(Finding(rule, severity, place, message, fix, evidence))

    def add(self, finding: Finding) -> None:
        """Report a bug, as `report` does."""
        place = finding.place
        key = (finding.rule, place.file if place else "", place.line if place else 0)
        self.findings.setdefault(key, finding)

    def unseen(self, rule: str) -> Place | None:
        """Where to point for a loss that was not looked at closely: to what the rule has found, or to the backward."""
        found = next((one.place for one in self.findings.values() if one.rule == rule), None)
        return found or self.ledger.root_place

    def names(self, optimizer: Any) -> str:
        """What the script calls an optimizer, in words."""
        subjects = self.stream.subjects()
        found = next((n for n, o in subjects.optimizers.items() if o is optimizer), None)
        return "the optimizer" if found in (None, "main") else f"the optimizer {found}"
