"""A model that is evaluated in place of the one that is trained."""

from itertools import pairwise
from typing import Any
from weakref import WeakKeyDictionary

from torch import nn

from fourbeat.check.facts import Facts
from fourbeat.check.modes import Call
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Ended

Shapes = tuple[str, tuple[tuple[int, ...], ...]]


def watch(facts: Facts) -> Readers:
    """Compare models that are evaluated with models of the same shape that are trained."""
    shapes: WeakKeyDictionary[nn.Module, Shapes] = WeakKeyDictionary()
    trained: dict[Shapes, int] = {}
    judged: dict[Shapes, set[int]] = {}
    # By its shape and its number: where, its weights then, updates at the latest of its evaluations.
    seen: dict[tuple[Shapes, int], tuple[Place, str, list[int], bool]] = {}

    def shape(module: nn.Module) -> Shapes:
        if module not in shapes:
            own = tuple(tuple(p.shape) for p in module.parameters())
            shapes[module] = type(module).__name__, own
        return shapes[module]

    def called(call: Call) -> None:
        module = call.module()
        if module is None or not call.weights:
            return
        kind = shape(module)
        if call.grad:
            if call.training and call.answers:
                trained[kind] = id(module)
            return
        if not call.updates or call.place is None or call.discarded:
            return
        judged.setdefault(kind, set()).add(id(module))
        key = kind, id(module)
        now = weights(module)
        place, first, updates, same = seen.get(key, (call.place, now, [], True))
        if not updates or updates[-1] != call.updates:
            updates.append(call.updates)
            del updates[:-32]
        seen[key] = place, first, updates, same and first == now

    def ended(_: Any) -> None:
        for (kind, number), (place, _, updates, same) in seen.items():
            learner = trained.get(kind)
            if learner is None or learner == number or not same or len(updates) < 2:
                continue
            gaps = [b - a for a, b in pairwise(updates)]
            if min(gaps) <= 3 or learner in judged.get(kind, set()):
                continue
            facts.report(
                RULE.name,
                "warning",
                place,
                "the model that is evaluated never changes: another one of the same kind is trained, and "
                "is not evaluated",
                "Evaluate the model that the optimizer holds, or bring its weights over first.",
                evaluations=len(updates),
            )

    facts.modes.calls.append(called)
    return {Ended: ended}


def weights(module: nn.Module) -> str:
    """A few of the weights, as words."""
    few = [p.detach().reshape(-1)[:4].tolist() for p in list(module.parameters())[:3]]
    return str(few)


RULE = Rule(
    name="untrained-model-evaluated",
    severity="warning",
    what="A copy of the model is evaluated that is never trained.",
    why="The evaluation shows the same values for ever, whatever the training does.",
    seen="A model is evaluated several times with the same weights, and another of the same class and "
    "shapes is trained in between and never evaluated.",
    silent="Targets, teachers and references, which take part in each step; averages, which change; models "
    "that are compared with the trained one.",
    bad="frozen = copy.deepcopy(model)\ntrain(model)\nevaluate(frozen)\n",
    good="train(model)\nevaluate(model)\n",
    watch=watch,
)
