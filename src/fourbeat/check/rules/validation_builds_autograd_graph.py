"""Evaluation that builds graphs nobody needs."""

from collections import Counter
from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.modes import Call
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Differentiating, Ended


def watch(facts: Facts) -> Readers:
    """Count calls in evaluation mode, with gradients on, that are over before anyone asks for one."""
    waiting: list[Place] = []
    unused: Counter[Place] = Counter()
    passes: Counter[Place] = Counter()
    needed: set[Place] = set()

    def over() -> None:
        unused.update(waiting)
        passes.update(set(waiting))
        waiting.clear()

    def called(call: Call) -> None:
        if not call.weights:
            return
        if call.grad and call.training:
            over()
        elif call.grad and call.answers and call.place is not None and call.updates:
            waiting.append(call.place)

    def differentiating(_: Differentiating) -> None:
        needed.update(waiting)
        waiting.clear()

    def ended(_: Any) -> None:
        over()
        for place, count in unused.items():
            # One call at the end, for a picture or a table, is no matter.
            if place in needed or count < 2:
                continue
            facts.report(
                RULE.name,
                "warning",
                place,
                f"{count} calls of the model in evaluation mode build graphs for gradients that nobody "
                "asks for",
                "Evaluate within torch.no_grad() or torch.inference_mode().",
                calls=count,
                evaluations=passes[place],
            )

    facts.modes.calls.append(called)
    return {Differentiating: differentiating, Ended: ended}


RULE = Rule(
    name="validation-builds-autograd-graph",
    severity="warning",
    what="A model is evaluated with gradients on.",
    why="Every call keeps all activations for a backward that never comes: evaluation takes more memory "
    "and time, and what is kept of its results keeps the graphs alive, too.",
    seen="Calls of a model that is trained, in evaluation mode and with gradients on, before whose end "
    "the autograd engine has not run.",
    silent="Evaluation that takes gradients: saliency, attacks, gradient penalties, adaptation at test "
    "time; a single call.",
    bad="model.eval()\nfor x, y in val_loader:\n    loss = criterion(model(x), y)\n",
    good="model.eval()\nwith torch.no_grad():\n    for x, y in val_loader:\n"
    "        loss = criterion(model(x), y)\n",
    watch=watch,
)
