"""Two optimizers that step on the same gradient of the same parameter."""

from fourbeat.check.facts import Facts
from fourbeat.check.ledger import Step, Tally
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Ended
from fourbeat.observe.steps import parameters


def watch(facts: Facts) -> Readers:
    """Look for steps that take what another optimizer of a shared parameter has just taken."""
    steps, twice = Tally(), Tally()

    def stepping(step: Step) -> None:
        steps.add(step)
        optimizer = step.owner()
        if optimizer is None or not step.runs:
            return
        own = {id(p) for p in parameters(optimizer)}
        newest = max(step.runs, key=lambda run: run.number)
        for other in facts.ledger.optimizers():
            if other is optimizer or id(other) not in newest.consumed:
                continue
            if any(id(p) in own and p.grad is not None for p in parameters(other)):
                twice.add(step)
                return

    def ended(_: Ended) -> None:
        for count, step in twice.all():
            if count > 2 and 2 * count >= steps.count(step):
                facts.report(
                    RULE.name,
                    "error",
                    step.place,
                    "this step updates parameters by a gradient on which another optimizer has stepped "
                    "already: they move twice for one loss",
                    "Give each parameter to one optimizer; or clear and compute the gradient anew in "
                    "between.",
                    steps=count,
                )

    facts.ledger.steps.append(stepping)
    return {Ended: ended}


RULE = Rule(
    name="parameter-in-two-optimizers",
    severity="error",
    what="A parameter is in two optimizers, and both step on the same gradient.",
    why="It moves twice in each step, by two rules and two learning rates, and each keeps moments that "
    "do not know of the other's step.",
    seen="In most of an optimizer's steps, another one that holds some of the same parameters has "
    "stepped on the same backward.",
    silent="Optimizers that share parameters and take turns, each with its own backward.",
    bad="a = Adam([*encoder.parameters(), *head.parameters()])\n"
    "b = SGD([*encoder.parameters(), *decoder.parameters()])\nloss.backward(); a.step(); b.step()\n",
    good="a = Adam([*encoder.parameters(), *head.parameters()])\nb = SGD(decoder.parameters())\n",
    watch=watch,
)
