"""Gradients that are not shared among ranks."""

import ast
from typing import Any
from weakref import WeakKeyDictionary

from torch import Tensor, nn

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.sources import Sources, calls
from fourbeat.finding import Place
from fourbeat.observe.finer import Differentiated, Differentiating, Replicated
from fourbeat.observe.place import here


def watch(facts: Facts) -> Readers:
    """See backwards that feed a replicated model which was not called."""
    called: WeakKeyDictionary[nn.Module, bool] = WeakKeyDictionary()
    before: list[tuple[nn.Module, Tensor, Tensor | None, int]] = []
    counts: dict[Place, int] = {}
    place: Place | None = None

    def replicated(event: Replicated) -> None:
        called[event.module] = event.called

    def differentiating(event: Differentiating) -> None:
        nonlocal place
        if not event.accumulates or not called:
            return
        place = here()
        for module, was in list(called.items()):
            first = next((p for p in module.parameters() if p.requires_grad), None)
            if first is not None and not was:
                version = -1 if first.grad is None else first.grad._version
                before.append((module, first, first.grad, version))

    def differentiated(event: Differentiated) -> None:
        if event.accumulates:
            for module in list(called):
                called[module] = False
        if event.done and place is not None:
            for _, first, grad, version in before:
                if first.grad is not None and (
                    first.grad is not grad or first.grad._version != version
                ):
                    counts[place] = counts.get(place, 0) + 1
                    if counts[place] == 2:
                        tell(place)
        before.clear()

    def tell(place: Place) -> None:
        facts.report(
            RULE.name,
            "error",
            source_of(facts.sources, place),
            "backward fills the gradients of a DistributedDataParallel model that was not called: they "
            "are not averaged over the ranks",
            "Call the DistributedDataParallel module itself; move other methods into its forward.",
            backward_at=str(place),
        )

    return {
        Replicated: replicated,
        Differentiating: differentiating,
        Differentiated: differentiated,
    }


def source_of(sources: Sources, place: Place) -> Place:
    """The latest line before a backward that gave its loss a value; else its own."""
    tree: Any = sources.tree(place.file)
    name = ""
    for node in calls(sources, place, "backward"):
        name = ast.unparse(node.func).removesuffix(".backward")
    found = [
        node
        for node in (ast.walk(tree) if tree is not None and name else ())
        if isinstance(node, ast.Assign)
        and node.lineno < place.line
        and name in [ast.unparse(target) for target in node.targets]
    ]
    if not found:
        return place
    last = max(found, key=lambda node: node.lineno)
    return Place(place.file, last.lineno, last.end_lineno or last.lineno, place.function)


RULE = Rule(
    name="ddp-forward-bypassed",
    severity="error",
    what="The model within a `DistributedDataParallel` is called, and not the wrapper.",
    why="The wrapper's forward prepares the averaging of gradients. Without it each rank follows its own "
    "gradients, and the copies drift apart.",
    seen="A backward changes gradients of a wrapped model, twice or more, and the wrapper's forward was "
    "not called since the backward before.",
    silent="Evaluation of the inner module; accumulation within `no_sync`; models without a wrapper.",
    bad="ddp = DistributedDataParallel(net)\nloss = criterion(net(x), y)\nloss.backward()\n",
    good="ddp = DistributedDataParallel(net)\nloss = criterion(ddp(x), y)\nloss.backward()\n",
    watch=watch,
)
