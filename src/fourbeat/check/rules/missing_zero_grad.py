"""Gradients that are never cleared between two steps."""

from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Ended


def watch(facts: Facts) -> Readers:
    """Find optimizers with steps that take what a step has taken before, and with no clears."""

    def ended(_: Any) -> None:
        for account in facts.ledger.accounts:
            last = account.last
            if last is None or account.stale < 2 or account.between:
                continue
            facts.report(
                RULE.name,
                "error",
                last.place,
                f"{facts.names(last.owner())} steps on gradients that it has stepped on before: they "
                "are never cleared",
                "Call optimizer.zero_grad() once for each step, before backward.",
                steps=account.number,
                steps_on_old_gradients=account.stale,
                clears_between=0,
            )

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
