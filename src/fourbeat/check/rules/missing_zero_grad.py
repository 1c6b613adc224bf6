"""Gradients that are never cleared between two steps."""

from dataclasses import dataclass
from typing import Any
from weakref import ref

from torch import Tensor

from fourbeat.check.census import some_of
from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Differentiated, Differentiating, Ended

_TIMES = 4
"""Updates by hand that follow each other without a clear."""

_LEAVES = 4
"""Weights that are looked at where no optimizer holds them."""


@dataclass(slots=True)
class _ByHand:
    """A weight that no optimizer holds, after a backward: some of its values, and of its gradient's."""

    weight: ref[Tensor]
    values: list[float]
    grad: list[float]
    piled: int = 0
    cleared: bool = False
    place: Place | None = None


def watch(facts: Facts) -> Readers:
    """Find optimizers with steps that take what a step has taken before, and with no clears; and updates by hand."""
    by_hand: dict[int, _ByHand] = {}

    def differentiating(event: Differentiating) -> None:
        """See weights that moved since the last backward, while their gradient stayed as it was."""
        if not event.accumulates:
            return
        for one in by_hand.values():
            p, values, one.values = one.weight(), one.values, []
            if p is None or not values or some_of(p) == values:
                continue
            # A gradient that is scaled by hand is a momentum.
            if p.grad is None or some_of(p.grad) != one.grad or not any(one.grad):
                one.cleared = True
            else:
                one.piled += 1
                one.place = facts.ledger.root_place

    def differentiated(event: Differentiated) -> None:
        if not event.done or not facts.census.walking:
            return
        for p in facts.census.free()[:_LEAVES]:
            if p.grad is None or p.grad.is_sparse:
                continue
            one = by_hand.get(id(p))
            if one is None or one.weight() is not p:
                one = by_hand[id(p)] = _ByHand(ref(p), [], [])
            one.values, one.grad = some_of(p), some_of(p.grad)

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
        for one in by_hand.values():
            if one.piled >= _TIMES and not one.cleared:
                facts.report(
                    RULE.name,
                    "error",
                    one.place,
                    "weights are updated by hand, and their gradients are never cleared: each backward adds to "
                    "what the updates before have used",
                    "Set p.grad = None, or call p.grad.zero_(), after each update.",
                    updates_on_old_gradients=one.piled,
                )

    return {Differentiating: differentiating, Differentiated: differentiated, Ended: ended}


RULE = Rule(
    name="missing-zero-grad",
    severity="error",
    what="An optimizer steps again and again on gradients that nobody clears.",
    why="`backward` adds to `.grad`. Without a clear each step follows the sum of all gradients so far: "
    "its size grows, its direction is out of date, and the loss falls at first and then does not.",
    seen="Each gradient's life is followed. A step that takes what an earlier step of the same "
    "optimizer took, with a newer backward on top, is counted; two of them, and no clear between "
    "steps, are an error. So are weights that no optimizer holds, if they move between backwards while "
    "their gradient is left as it was.",
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
