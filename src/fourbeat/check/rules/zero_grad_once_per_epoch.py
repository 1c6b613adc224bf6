"""Gradients that are cleared seldom, and stepped on each time."""

from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.ledger import Step
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Ended


def watch(facts: Facts) -> Readers:
    """Count, for each optimizer, steps on old gradients and the clears between steps."""
    stale: dict[int, list[Step]] = {}
    counts: dict[int, tuple[int, int]] = {}

    def stepping(step: Step) -> None:
        key = id(step.optimizer)
        steps, clears = counts.get(key, (0, 0))
        counts[key] = steps + 1, clears + (bool(step.clears) and step.number > 1)
        if step.stale:
            stale.setdefault(key, []).append(step)

    def ended(_: Any) -> None:
        for key, found in stale.items():
            steps, clears = counts[key]
            if len(found) < 2 or not clears or 2 * len(found) < steps:
                continue
            facts.report(
                RULE.name,
                "error",
                found[-1].place,
                f"{facts.names(found[0].optimizer)} steps {steps} times, and gradients are cleared "
                f"between two steps {clears} times only",
                "Move zero_grad() into the loop over batches, before backward.",
                steps=steps,
                steps_on_old_gradients=len(found),
                clears_between=clears,
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
