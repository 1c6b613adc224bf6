"""Accumulated gradients that are cleared before anyone steps on them."""

from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.ledger import Step, Tally
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.sources import outside
from fourbeat.observe.finer import Ended


def watch(facts: Facts) -> Readers:
    """Count steps before which backwards of the same line were dropped."""
    steps, losing = Tally(), Tally()
    dropped: dict[int, int] = {}

    def stepping(step: Step) -> None:
        steps.add(step)
        places = {run.place for run in step.runs}
        lost = [run for run in step.dropped if run.place in places and not step.edited]
        out = outside(facts.sources, step.frames, lost[-1].frames) if lost else None
        if lost and (out is None or out > 1 or step.averages):
            losing.add(step)
            dropped[step.key] = dropped.get(step.key, 0) + len(step.dropped)

    def ended(_: Any) -> None:
        for count, step in losing.all():
            if count < 2 or 2 * count < steps.count(step):
                continue
            place = next((c.place for c in step.clears if c.dropped and c.place), step.place)
            facts.report(
                RULE.name,
                "error",
                place,
                f"gradients are cleared before {facts.names(step.owner())} has stepped on them: of "
                f"{len(step.fed)} backwards it takes {len(step.runs)}",
                "Call zero_grad() only after a step, not after each backward.",
                steps=steps.count(step),
                steps_after_a_loss=count,
                backwards_dropped=dropped[step.key],
            )

    facts.ledger.steps.append(stepping)
    return {Ended: ended}


RULE = Rule(
    name="zero-grad-inside-accumulation",
    severity="error",
    what="While gradients are accumulated over several batches, each batch clears those before it.",
    why="The step takes the last batch alone: the others are computed and thrown away, and the batch is "
    "as small as if nothing were accumulated.",
    seen="Before a step, backwards of the same line as those it takes were cleared, and no step of any "
    "optimizer had taken them; in at least half of the steps.",
    silent="A generator that drops what the discriminator's loss left in it (another optimizer took that "
    "backward); a batch that is skipped now and then; gradients that are read and put together by hand.",
    bad="for i, (x, y) in enumerate(loader):\n"
    "    optimizer.zero_grad()\n"
    "    (criterion(model(x), y) / 4).backward()\n"
    "    if i % 4 == 3:\n"
    "        optimizer.step()\n",
    good="for i, (x, y) in enumerate(loader):\n"
    "    (criterion(model(x), y) / 4).backward()\n"
    "    if i % 4 == 3:\n"
    "        optimizer.step()\n"
    "        optimizer.zero_grad()\n",
    watch=watch,
)
