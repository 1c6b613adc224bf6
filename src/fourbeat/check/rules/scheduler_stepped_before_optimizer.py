"""A schedule whose first value is skipped."""

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from torch.optim import Optimizer

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.events import Updated
from fourbeat.observe.finer import Ended, Scaling, Scheduling
from fourbeat.observe.place import here


@dataclass(slots=True)
class _Early:
    """A scheduler's first step, and whether the line steps it again after updates."""

    place: Place
    again: int = 0


def watch(facts: Facts) -> Readers:
    """See schedulers that step before their optimizer has."""
    begun: WeakSet[Optimizer] = WeakSet()
    early: WeakKeyDictionary[Any, _Early] = WeakKeyDictionary()
    found: list[_Early] = []

    def updated(event: Updated) -> None:
        begun.add(event.optimizer)

    def scaling(event: Scaling) -> None:
        if event.what == "step" and event.optimizer is not None:
            begun.add(event.optimizer)

    def scheduling(event: Scheduling) -> None:
        scheduler, place = event.scheduler, here()
        if place is None:
            return
        if scheduler.optimizer not in begun:
            if scheduler not in early:
                found.append(early.setdefault(scheduler, _Early(place)))
        elif (one := early.get(scheduler)) is not None and one.place == place:
            one.again += 1

    def ended(_: Any) -> None:
        for one in found:
            if one.again:
                facts.report(
                    RULE.name,
                    "error",
                    one.place,
                    "the scheduler steps before the optimizer's first step: the first learning rate of "
                    "the schedule is never used, and all others come a step early",
                    "Call scheduler.step() after optimizer.step().",
                    steps_later=one.again,
                )

    return {Updated: updated, Scaling: scaling, Scheduling: scheduling, Ended: ended}


RULE = Rule(
    name="scheduler-stepped-before-optimizer",
    severity="error",
    what="`scheduler.step()` comes before `optimizer.step()`.",
    why="The schedule's first value, which is set when the scheduler is made, is overwritten before any "
    "update uses it. PyTorch changed the order in 1.1, and old code is a step ahead ever since.",
    seen="A scheduler's first step finds an optimizer that has not stepped, and the same line steps it "
    "again later.",
    silent="A first update that a gradient scaler left out; a schedule that is wound forward before "
    "training goes on.",
    bad="for epoch in range(10):\n    scheduler.step()\n    train_epoch(optimizer)\n",
    good="for epoch in range(10):\n    train_epoch(optimizer)\n    scheduler.step()\n",
    watch=watch,
)
