"""One step an epoch, where one a batch was meant."""

from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.ledger import Step, Tally
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.sources import outside
from fourbeat.observe.finer import Ended


def watch(facts: Facts) -> Readers:
    """Count steps that stand outside of the loop whose gradients were dropped."""
    steps, losing = Tally(), Tally()
    dropped: dict[int, int] = {}

    def stepping(step: Step) -> None:
        steps.add(step)
        places = {run.place for run in step.runs}
        lost = [run for run in step.dropped if run.place in places and not step.edited]
        out = outside(facts.sources, step.frames, lost[-1].frames) if lost else None
        if out is not None and out < 2 and not step.averages:
            losing.add(step)
            dropped[step.key] = dropped.get(step.key, 0) + len(step.dropped)

    def ended(_: Any) -> None:
        for count, step in losing.all():
            if 2 * count < steps.count(step):
                continue
            lost = dropped[step.key]
            facts.report(
                RULE.name,
                "error",
                step.place,
                f"{facts.names(step.owner())} steps outside of the loop over batches: "
                f"{lost} of {lost + count * len(step.runs)} backwards are cleared unused",
                "Indent optimizer.step() into the loop over batches.",
                steps=steps.count(step),
                backwards_dropped=lost,
            )

    facts.ledger.steps.append(stepping)
    return {Ended: ended}


RULE = Rule(
    name="optimizer-step-outside-batch-loop",
    severity="error",
    what="`optimizer.step()` stands behind the loop over batches, while `zero_grad()` stands in it.",
    why="Each batch's gradients are cleared by the next; only the last batch of an epoch moves the "
    "weights.",
    seen="Before a step, backwards of the same line were cleared unused, and the step's line stands in "
    "fewer loops than the backward's.",
    silent="Accumulation over a whole epoch, which clears once an epoch; steps that a condition within "
    "the loop lets through; losses that are divided by the number of batches, which were to be accumulated.",
    bad="for epoch in range(10):\n"
    "    for x, y in loader:\n"
    "        optimizer.zero_grad()\n"
    "        criterion(model(x), y).backward()\n"
    "    optimizer.step()\n",
    good="for epoch in range(10):\n"
    "    for x, y in loader:\n"
    "        optimizer.zero_grad()\n"
    "        criterion(model(x), y).backward()\n"
    "        optimizer.step()\n",
    watch=watch,
)
