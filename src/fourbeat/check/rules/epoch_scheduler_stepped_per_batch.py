"""A schedule made for epochs that runs through in a few batches."""

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from torch.optim import Optimizer
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    CyclicLR,
    MultiStepLR,
    OneCycleLR,
    ReduceLROnPlateau,
)

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.sources import rounds
from fourbeat.finding import Place
from fourbeat.observe.events import Updated
from fourbeat.observe.finer import Ended, Scheduling
from fourbeat.observe.place import stack

CYCLES = (CosineAnnealingWarmRestarts, CyclicLR, OneCycleLR, ReduceLROnPlateau)
"""Made for batches, or for a metric."""


@dataclass(slots=True)
class _Run:
    """Of one scheduler.

    Attributes:
        first: the learning rate it began with.
        kind: what it is called.
        period: steps after which its cosine turns round; 0 for none.
        last: step after which nothing changes any more; 0 where it is not known.
        steps: of it.
        single: with one update since the step before.
        updates: of its optimizer, at its latest step.
        rate: now.
        low: step at which the rate had fallen to a thousandth; 0 if it never did.
    """

    first: float
    kind: str
    period: int
    last: int
    frames: list[Place]
    steps: int = 0
    single: int = 0
    updates: int = 0
    rate: float = 0.0
    low: int = 0


def watch(facts: Facts) -> Readers:
    """Follow schedulers that step with every update."""
    updates: WeakKeyDictionary[Optimizer, int] = WeakKeyDictionary()
    known: WeakKeyDictionary[Any, _Run] = WeakKeyDictionary()
    runs: list[_Run] = []

    def updated(event: Updated) -> None:
        updates[event.optimizer] = updates.get(event.optimizer, 0) + 1

    def scheduling(event: Scheduling) -> None:
        scheduler = event.scheduler
        if isinstance(scheduler, CYCLES):
            return
        run = known.get(scheduler)
        if run is None:
            cosine = isinstance(scheduler, CosineAnnealingLR)
            last = max(scheduler.milestones, default=0) if isinstance(scheduler, MultiStepLR) else 0
            period = int(scheduler.T_max) if cosine else 0
            first = max(event.before, default=0.0)
            run = _Run(first, type(scheduler).__name__, period, last, stack())
            known[scheduler] = run
            runs.append(run)
        now = updates.get(scheduler.optimizer, 0)
        run.steps += 1
        run.single += now == run.updates + 1
        run.updates = now
        run.rate = max(event.after, default=0.0)
        if not run.low and run.rate <= 1e-3 * run.first:
            run.low = run.steps

    def ended(_: Any) -> None:
        for run in runs:
            if run.steps < 12 or run.single < 0.9 * run.steps:
                continue
            turned = run.period and run.steps >= 2 * run.period
            fell = (
                not run.period
                and run.low
                and run.low <= 0.6 * run.steps
                and run.rate <= 1e-3 * run.first
            )
            done = run.last and run.last <= 0.25 * run.steps
            if not (turned or fell or done):
                continue
            if sum(rounds(facts.sources, place) for place in run.frames) < 2:
                continue
            what = (
                f"its cosine turns round every {run.period} steps"
                if turned
                else f"all its milestones lie within the first {run.last} of {run.steps} steps"
                if done
                else f"the rate has fallen to a thousandth after {run.low} of {run.steps} steps"
            )
            facts.report(
                RULE.name,
                "error",
                run.frames[0] if run.frames else None,
                f"{run.kind} steps with every batch, and {what}: it was made to step once an epoch",
                "Move scheduler.step() out of the loop over batches, or give its lengths in steps.",
                steps=run.steps,
                rate_at_first=run.first,
            )

    return {Updated: updated, Scheduling: scheduling, Ended: ended}


RULE = Rule(
    name="epoch-scheduler-stepped-per-batch",
    severity="error",
    what="A scheduler whose lengths are given in epochs steps once a batch.",
    why="The whole schedule is over within an epoch or two: the rate falls to nothing, or runs up and "
    "down, and the rest of the training is lost.",
    seen="A scheduler steps once an update within a loop over batches, and the rate falls to a thousandth "
    "before 60 % of the steps, or a cosine runs past its turning point, or all milestones lie in the "
    "first quarter.",
    silent="Schedulers made for batches; lengths that fit the number of steps; one batch an epoch.",
    bad="scheduler = CosineAnnealingLR(optimizer, T_max=epochs)\nfor epoch in range(epochs):\n"
    "    for x, y in loader:\n        step(x, y)\n        scheduler.step()\n",
    good="scheduler = CosineAnnealingLR(optimizer, T_max=epochs)\nfor epoch in range(epochs):\n"
    "    for x, y in loader:\n        step(x, y)\n    scheduler.step()\n",
    watch=watch,
)
