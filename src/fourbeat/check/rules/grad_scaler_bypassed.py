"""A step on gradients of a scaled loss, without the scaler that knows the scale."""

from typing import Any
from weakref import ref

from fourbeat.check.facts import Facts
from fourbeat.check.graph import name_of
from fourbeat.check.ledger import Step, Tally
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.events import Unscale, Updated
from fourbeat.observe.finer import Differentiating, Ended, Scaling


def watch(facts: Facts) -> Readers:
    """Know which backwards began at a scaled loss, and which steps a scaler makes."""
    pending = 0
    scaled: set[int] = set()
    factor: dict[int, float] = {}
    stepping_by: list[ref[Any]] = []
    unscaled: set[int] = set()
    now = 1.0
    steps, bare = Tally(), Tally()

    def scaling(event: Scaling) -> None:
        nonlocal pending, now
        if event.what == "scale":
            pending += 1
            now = _scale(event.scaler)
        elif event.what == "step" and event.optimizer is not None:
            stepping_by[:] = [ref(event.optimizer)]
        elif event.what == "update":
            pending = 0

    def differentiating(event: Differentiating) -> None:
        nonlocal pending
        roots = [root.grad_fn for root in event.roots]
        if event.accumulates and pending and any(r and name_of(r) == "MulBackward0" for r in roots):
            pending -= 1
            scaled.add(facts.ledger.runs)
            factor[0] = now

    def unscale(event: Unscale) -> None:
        unscaled.add(id(event.optimizer))

    def stepping(step: Step) -> None:
        optimizer = step.owner()
        steps.add(step)
        by_scaler = bool(stepping_by) and stepping_by[0]() is optimizer
        own = any(run.number in scaled for run in step.runs) and factor.get(0, 1.0) != 1.0
        if own and not by_scaler and not step.edited and id(optimizer) not in unscaled:
            bare.add(step)

    def updated(event: Updated) -> None:
        unscaled.discard(id(event.optimizer))
        stepping_by.clear()
        if len(scaled) > 64:
            scaled.intersection_update(sorted(scaled)[-32:])

    def ended(_: Ended) -> None:
        for count, step in bare.all():
            if count < 2 or 2 * count < steps.count(step):
                continue
            facts.report(
                RULE.name,
                "error",
                step.place,
                "the step takes gradients of a scaled loss as they are: they are "
                f"{factor.get(0, 0):g} times too large, and infinite ones are not skipped",
                "Call scaler.step(optimizer) instead of optimizer.step(), then scaler.update().",
                steps=count,
                scale=factor.get(0, 0.0),
            )

    facts.ledger.steps.append(stepping)
    return {
        Scaling: scaling,
        Differentiating: differentiating,
        Unscale: unscale,
        Updated: updated,
        Ended: ended,
    }


def _scale(scaler: Any) -> float:
    value = getattr(scaler, "_scale", None)
    if value is None or value.device.type != "cpu":
        return float(getattr(scaler, "_init_scale", 2.0))
    return float(value)


RULE = Rule(
    name="grad-scaler-bypassed",
    severity="error",
    what="The loss is scaled by a gradient scaler, and the optimizer steps without it.",
    why="`scaler.step` divides the gradients by the scale, and leaves the step out where they are not "
    "finite. A bare `optimizer.step()` does neither: the update is as many times too large, or, with "
    "Adam, epsilon and clipping no longer mean what they did.",
    seen="An optimizer steps on gradients of a backward that began at `scaler.scale(loss)`, not within "
    "`scaler.step`, and neither `unscale_` nor anything else has changed them.",
    silent="Scalers that are disabled, or whose scale is 1; gradients that are unscaled by hand.",
    bad="scaler.scale(loss).backward()\noptimizer.step()\n",
    good="scaler.scale(loss).backward()\nscaler.step(optimizer)\nscaler.update()\n",
    watch=watch,
)
