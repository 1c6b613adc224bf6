"""A schedule for an optimizer that nobody uses."""

from typing import Any
from weakref import WeakKeyDictionary

from torch.optim import Optimizer

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.events import Updated
from fourbeat.observe.finer import Scheduling
from fourbeat.observe.place import here
from fourbeat.observe.steps import parameters


def watch(facts: Facts) -> Readers:
    """Compare, between two steps of a scheduler, what its optimizer did with what others did."""
    updates: WeakKeyDictionary[Optimizer, int] = WeakKeyDictionary()
    before: WeakKeyDictionary[Any, dict[int, int]] = WeakKeyDictionary()
    idle: WeakKeyDictionary[Any, int] = WeakKeyDictionary()

    def updated(event: Updated) -> None:
        updates[event.optimizer] = updates.get(event.optimizer, 0) + 1

    def scheduling(event: Scheduling) -> None:
        scheduler, own = event.scheduler, event.scheduler.optimizer
        then = before.get(scheduler)
        before[scheduler] = {id(one): count for one, count in updates.items()}
        if then is None or then.get(id(own), 0) != updates.get(own, 0):
            return
        ids = {id(p) for p in parameters(own)}
        groups = {id(group) for group in own.param_groups}
        for other, count in list(updates.items()):
            if other is own or count == then.get(id(other), 0):
                continue
            same = sum(id(p) in ids for p in parameters(other))
            # A wrapper shares its groups with the optimizer within.
            if 2 * same > len(ids) and not any(id(group) in groups for group in other.param_groups):
                idle[scheduler] = idle.get(scheduler, 0) + 1
        if idle.get(scheduler) == 2:
            facts.report(
                RULE.name,
                "error",
                here(),
                "the scheduler moves the learning rate of an optimizer that makes no steps, while another "
                "one trains the same parameters",
                "Make the scheduler after the optimizer that is used, and with it.",
                rate=max(event.after, default=0.0),
            )

    return {Updated: updated, Scheduling: scheduling}


RULE = Rule(
    name="scheduler-of-idle-optimizer",
    severity="error",
    what="A scheduler belongs to an optimizer that was replaced by another.",
    why="The learning rate that the schedule sets is nobody's: the one in use stays as it is.",
    seen="Between steps of a scheduler its own optimizer makes none, and another one that holds the same "
    "parameters does, twice.",
    silent="Wrappers that share the groups of the optimizer within; players that take turns with "
    "parameters of their own.",
    bad="scheduler = StepLR(optimizer, 10)\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n",
    good="optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\nscheduler = StepLR(optimizer, 10)\n",
    watch=watch,
)
