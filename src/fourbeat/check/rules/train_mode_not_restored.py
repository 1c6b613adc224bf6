"""Training that goes on in evaluation mode."""

from typing import Any
from weakref import WeakKeyDictionary

from torch import nn

from fourbeat.check.facts import Facts
from fourbeat.check.modes import Call
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.events import Updating
from fourbeat.observe.finer import Clearing, Differentiating, Ended


def watch(facts: Facts) -> Readers:
    """Count updates from calls in evaluation mode, of layers that were trained in the other."""
    evaluated: WeakKeyDictionary[nn.Module, bool] = WeakKeyDictionary()
    waiting: list[Call] = []
    ready: list[Call] = []
    counts: dict[Place, tuple[int, Place | None]] = {}

    def called(call: Call) -> None:
        module = call.module()
        if module is None:
            return
        if call.training:
            if call.grad:
                evaluated[module] = False
        elif not call.grad:
            evaluated[module] = True
        elif call.rested and call.answers and evaluated.get(module, False):
            waiting.append(call)
            del waiting[:-8]

    def differentiating(event: Differentiating) -> None:
        if event.accumulates:
            ready.extend(waiting)
        waiting.clear()

    def clearing(event: Clearing) -> None:
        """Gradients that are thrown away were for something else: a map of what the model looks at."""
        cleared = {id(p) for p in event.parameters}
        for call in list(ready):
            module = call.module()
            if module is None or any(id(p) in cleared for p in module.parameters()):
                ready.remove(call)

    def updating(event: Updating) -> None:
        own = {id(p) for group in event.optimizer.param_groups for p in group["params"]}
        for call in ready:
            module = call.module()
            if module is None or call.place is None:
                continue
            if any(id(p) in own and p.grad is not None for p in module.parameters()):
                count, _ = counts.get(call.place, (0, None))
                counts[call.place] = count + 1, facts.modes.rests.get(module)
                break
        ready.clear()

    def ended(_: Any) -> None:
        for place, (count, rest) in counts.items():
            if count < 2:
                continue
            facts.report(
                RULE.name,
                "error",
                rest or place,
                f"after an evaluation the model stays in evaluation mode: {count} updates are made "
                "without dropout, or with batch statistics that no longer move",
                "Call model.train() after the evaluation, or at the start of each epoch.",
                updates=count,
                trained_at=str(place),
            )

    facts.modes.calls.append(called)
    return {
        Differentiating: differentiating,
        Clearing: clearing,
        Updating: updating,
        Ended: ended,
    }


RULE = Rule(
    name="train-mode-not-restored",
    severity="error",
    what="A model is put into evaluation mode for an evaluation, and training goes on in it.",
    why="From then on dropout does not drop and batch normalisation uses old statistics: the model is "
    "trained without its regularisation, and overfits.",
    seen="Updates follow calls of a whole model in evaluation mode, whose layers were trained in training "
    "mode before, or which the script had put into that mode or out of it for evaluations alone, and an evaluation without gradients lies between.",
    silent="Single layers that are kept in evaluation mode; models without layers that depend on it; "
    "gradients of an evaluation that no optimizer steps on.",
    bad="model.train()\n"
    "for epoch in range(10):\n"
    "    train_epoch(model)\n"
    "    model.eval()\n"
    "    evaluate(model)\n",
    good="for epoch in range(10):\n"
    "    model.train()\n"
    "    train_epoch(model)\n"
    "    model.eval()\n"
    "    evaluate(model)\n",
    watch=watch,
)
