"""Gradients that are never cleared between two steps."""

from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.ledger import Step
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Ended


def watch(facts: Facts) -> Readers:
    """Count steps that take what a step has taken before, and clears."""
    stale: dict[int, list[Step]] = {}
    counts: dict[int, tuple[int, int]] = {}

    def stepping(step: Step) -> None:
        key = id(step.optimizer)
        steps, clears = counts.get(key, (0, 0))
        between = bool(step.clears) and step.number > 1
        counts[key] = steps + 1, clears + between
        if step.stale:
            stale.setdefault(key, []).append(step)

    def ended(_: Any) -> None:
        for key, found in stale.items():
            steps, clears = counts[key]
            if len(found) < 2 or clears:
                continue
            name = facts.names(found[0].optimizer)
            facts.report(
                RULE.name,
                "error",
                found[-1].place,
                f"{name} steps on gradients that it has stepped on before: they are never cleared",
                "Call optimizer.zero_grad() once for each step, before backward.",
                steps=steps,
                steps_on_old_gradients=len(found),
                clears_between=clears,
            )

    facts.ledger.steps.append(stepping)
    return {Ended: ended}


RULE = Rule(
    name="missing-zero-grad",
    severity="error",
    what="An optimizer steps again and again on gradients that nobody clears.",
    why="`backward` adds to `.grad`. Without a clear each step follows the sum of all gradients so far: "
    "its size grows, its direction is out of date, and the loss falls at first and then does not.",
    seen="Each gradient's life is followed. A step that takes what an earlier step of the same "
    "optimizer took, with a newer backward on top, is counted; two of them, and no clear between "
    "steps, are an error.",
    silent="Accumulation over several backwards and then one step and one clear; gradients set to None "
    "or to zero by hand; `model.zero_grad()`; closures that clear; a clear of one optimizer that "
    "holds the same parameters as another.",
    bad="for x, y in loader:\n"
    "    loss = criterion(model(x), y)\n"
    "    loss.backward()\n"
    "    optimizer.step()\n",
    good="for x, y in loader:\n"
    "    optimizer.zero_grad()\n"
    "    loss = criterion(model(x), y)\n"
    "    loss.backward()\n"
    "    optimizer.step()\n",
    watch=watch,
)
