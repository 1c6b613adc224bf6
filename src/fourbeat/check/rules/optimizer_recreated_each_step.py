"""An optimizer that forgets, for it is made anew for each step."""

from weakref import ref

from torch import Tensor

from fourbeat.check.facts import Facts
from fourbeat.check.finding import Place
from fourbeat.check.ledger import Step
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Ended
from fourbeat.observe.steps import parameters

_TIMES = 5


def watch(facts: Facts) -> Readers:
    """Count optimizers of one line and one parameter that step once."""
    last: dict[Place, tuple[int, ref[Tensor], int, str]] = {}

    def stepping(step: Step) -> None:
        optimizer = step.owner()
        place = facts.ledger.made(optimizer)
        own = [] if optimizer is None else parameters(optimizer)
        if optimizer is None or place is None or not own:
            return
        first = own[0]
        remembers = any(
            group.get("momentum") or "betas" in group for group in optimizer.param_groups
        )
        key, weak, times, _ = last.get(place, (0, ref(first), 0, ""))
        if not remembers or weak() is not first or key == step.key:
            last[place] = step.key, ref(first), 0, ""  # another model, or it stepped twice
        else:
            last[place] = step.key, weak, times + 1, type(optimizer).__name__

    def ended(_: Ended) -> None:
        for place, (_key, _first, times, kind) in last.items():
            if times >= _TIMES:
                facts.report(
                    RULE.name,
                    "error",
                    place,
                    f"a new {kind} is made here for each step: its moments begin at 0 every time, and "
                    "the steps are those of another method",
                    "Make the optimizer once, before the loop.",
                    steps=times,
                )

    facts.ledger.steps.append(stepping)
    return {Ended: ended}


RULE = Rule(
    name="optimizer-recreated-each-step",
    severity="error",
    what="An optimizer with a memory is made anew for every step.",
    why="Adam's moments and SGD's momentum are empty in each step. Adam then moves every weight by the "
    "learning rate, whatever the gradient's size: it follows signs.",
    seen="Five optimizers or more of one line, for the same parameters, that step once each.",
    silent="Optimizers without a memory; one for each fold, epoch or task.",
    bad="for x, y in loader:\n    optimizer = Adam(net.parameters())\n    ...\n    optimizer.step()\n",
    good="optimizer = Adam(net.parameters())\nfor x, y in loader:\n    ...\n    optimizer.step()\n",
    watch=watch,
)
