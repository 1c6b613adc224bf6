"""Gradients that are cleared seldom, and stepped on each time."""

from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.ledger import Step, Tally
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Ended


def watch(facts: Facts) -> Readers:
    """Count, for each optimizer, steps on old gradients and the clears between steps."""
    steps, stale, clears = Tally(), Tally(), Tally()

    def stepping(step: Step) -> None:
        steps.add(step)
        if step.clears and step.number > 1:
            clears.add(step)
        if step.stale:
            stale.add(step)

    def ended(_: Any) -> None:
        for count, last in stale.all():
            if count < 2 or not clears.count(last) or 2 * count < steps.count(last):
                continue
            facts.report(
                RULE.name,
                "error",
                last.place,
                f"{facts.names(last.owner())} steps {steps.count(last)} times, and gradients are "
                f"cleared between two steps {clears.count(last)} times only",
                "Move zero_grad() into the loop over batches, before backward.",
                steps=steps.count(last),
                steps_on_old_gradients=count,
                clears_between=clears.count(last),
            )

    facts.ledger.steps.append(stepping)
    return {Ended: ended}


RULE = Rule(
    name="zero-grad-once-per-epoch",
    severity="error",
    what="Gradients are cleared once in many steps.",
    why="All steps between two clears follow the sum of the gradients since the last one: batches at the "
    "start of an epoch count many times, those at its end once.",
    seen="Steps that take what an earlier step of the same optimizer took are counted, and the clears "
    "between steps; at least half of the steps must be such, and some clears must exist.",
    silent="Accumulation: it clears less often, but steps less often as well.",
    bad="for epoch in range(10):\n"
    "    optimizer.zero_grad()\n"
    "    for x, y in loader:\n"
    "        criterion(model(x), y).backward()\n"
    "        optimizer.step()\n",
    good="for epoch in range(10):\n"
    "    for x, y in loader:\n"
    "        optimizer.zero_grad()\n"
    "        criterion(model(x), y).backward()\n"
    "        optimizer.step()\n",
    watch=watch,
)
