"""Gradients that are cleared seldom, and stepped on each time."""

from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Ended


def watch(facts: Facts) -> Readers:
    """Find optimizers whose steps are mostly on old gradients, and which are cleared at times."""

    def ended(_: Any) -> None:
        for account in facts.ledger.accounts:
            last, steps, cleared = account.last, account.number, account.between
            if last is None or account.stale < 2 or not cleared or 2 * account.stale < steps:
                continue
            facts.report(
                RULE.name,
                "error",
                account.cleared or last.place,
                f"{facts.names(last.owner())} steps {steps} times, and gradients are "
                f"cleared between two steps {cleared} times only",
                "Move zero_grad() into the loop over batches, before backward.",
                step_at=str(last.place),
                steps=steps,
                steps_on_old_gradients=account.stale,
                clears_between=cleared,
            )

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
