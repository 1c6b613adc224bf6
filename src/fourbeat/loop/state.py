"""Everything about a run that a checkpoint holds beside the user's own objects."""

from dataclasses import dataclass, field
from typing import Any

import torch

from fourbeat.checkpoint import rng
from fourbeat.finding import Finding, near
from fourbeat.loop.means import Means
from fourbeat.loop.select import Selection
from fourbeat.receipt.model import (
    EpochRecord,
    EventRecord,
    FindingRecord,
    ParentRecord,
    Receipt,
    Status,
)


@dataclass(slots=True)
class RunState:
    """Where a run stands, between two steps.

    Attributes:
        origin: of the generators when the run began; see `RunRecord.generators_sha256`.
        step: updates done.
        epoch: epochs closed.
        call: calls of `run.train` completed in the open epoch.
        position: batches consumed in the call that is under way.
        epoch_rng: the generators when the open epoch began.
        call_rngs: the generators at the end of each of the completed calls.
        call_rng: the generators when the call under way began, for loaders that are not keyed.
        kept_workers: whether that call found its loader's workers alive from an earlier one.
        kept_last: the same of the last call after the first epoch.
        rates: the learning rates of each optimizer's last update in the open epoch.
        skipped: updates of the open epoch that were skipped.
        means: training sums of the open epoch.
        workers: processes of the training loaders, at most.
        operators: that were used and are not deterministic.
        records: in the step log.
        root: the step log's hash so far; see `StepLog`.
        parent: the run that this one is a branch of.
        selection: the best epoch so far.
        curves: the closed epochs.
        batch: description of the first batch.
        stopped_early: whether patience ran out.
        results: what `run.evaluate` gave, by name.
        events, inexact, limits, findings: see the receipt.
    """

    origin: str | None = None
    step: int = 0
    epoch: int = 0
    call: int = 0
    position: int = 0
    epoch_rng: rng.State | None = None
    call_rngs: list[rng.State] = field(default_factory=list[rng.State])
    call_rng: rng.State | None = None
    kept_workers: bool | None = None
    kept_last: bool | None = None
    rates: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    skipped: int = 0
    means: Means = field(default_factory=Means)
    workers: int = 0
    operators: list[str] = field(default_factory=list[str])
    records: int = 0
    root: bytes = bytes(16)
    parent: ParentRecord | None = None
    selection: Selection = field(default_factory=Selection)
    curves: list[EpochRecord] = field(default_factory=list[EpochRecord])
    batch: str | None = None
    stopped_early: bool = False
    results: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    events: list[EventRecord] = field(default_factory=list[EventRecord])
    inexact: list[str] = field(default_factory=list[str])
    limits: list[str] = field(default_factory=list[str])
    findings: list[FindingRecord] = field(default_factory=list[FindingRecord])

    def event(self, kind: str, text: str) -> None:
        """Note something rare."""
        self.events.append(EventRecord(kind=kind, step=self.step, text=text))

    def limit(self, text: str) -> None:
        """Note, once, what the promises do not cover."""
        if text not in self.limits:
            self.limits.append(text)

    def found(self, finding: Finding) -> bool:
        """Note a finding; False for one whose rule has one already."""
        if any(known.rule == finding.rule for known in self.findings):
            return False
        place = finding.place
        record = FindingRecord(
            rule=finding.rule,
            severity=finding.severity,
            step=self.step,
            file=near(place.file) if place else None,
            line=place.line if place else None,
            message=finding.message,
            fix=finding.fix,
            evidence=dict(finding.evidence),
        )
        self.findings.append(record)
        return True

    def operator(self, name: str) -> None:
        """Note, once, an operator that is not deterministic."""
        if name not in self.operators:
            self.operators.append(name)

    def fill(self, receipt: Receipt, status: Status) -> None:
        """Write into a receipt what the run has come to."""
        receipt.run = receipt.run.model_copy(
            update={
                "status": status,
                "generators_sha256": self.origin,
                "steps": self.step,
                "epochs": self.epoch,
                "stopped_early": self.stopped_early,
            }
        )
        receipt.parent = self.parent
        receipt.batch = self.batch
        receipt.steps_root = self.root.hex() if self.records else None
        receipt.curves = self.curves
        receipt.selection = self.selection.best
        receipt.results = self.results
        receipt.events = self.events
        receipt.inexact = self.inexact
        receipt.limits = self.limits
        receipt.findings = self.findings

    def state(self) -> dict[str, Any]:
        """As tensors and plain values."""
        return {
            "origin": self.origin,
            "step": self.step,
            "epoch": self.epoch,
            "call": self.call,
            "position": self.position,
            "epoch_rng": self.epoch_rng,
            "call_rngs": self.call_rngs,
            "call_rng": self.call_rng,
            "kept_workers": self.kept_workers,
            "kept_last": self.kept_last,
            "rates": dict(self.rates),
            "skipped": self.skipped,
            "means": self.means.state(),
            "workers": self.workers,
            "operators": self.operators,
            "records": self.records,
            "root": self.root,
            "parent": self.parent.model_dump() if self.parent else None,
            "selection": self.selection.state(),
            "curves": [record.model_dump() for record in self.curves],
            "batch": self.batch,
            "stopped_early": self.stopped_early,
            "results": self.results,
            "events": [record.model_dump() for record in self.events],
            "inexact": self.inexact,
            "limits": self.limits,
            "findings": [record.model_dump() for record in self.findings],
        }

    @staticmethod
    def of(state: dict[str, Any], device: torch.device) -> "RunState":
        """From a checkpoint."""
        fields: dict[str, Any] = {
            **state,
            "means": Means.of(state["means"], device),
            "selection": Selection.of(state["selection"]),
            "curves": [EpochRecord(**record) for record in state["curves"]],
            "events": [EventRecord(**record) for record in state["events"]],
            "findings": [FindingRecord(**record) for record in state.get("findings", [])],
            "parent": ParentRecord(**state["parent"]) if state["parent"] else None,
        }
        return RunState(**fields)
