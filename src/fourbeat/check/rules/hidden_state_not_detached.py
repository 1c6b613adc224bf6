"""A graph that goes back through all earlier steps."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.graph import walk
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Differentiating
from fourbeat.observe.place import here

_KEY = "fourbeat.backward"
_BACK = 4
"""Earlier backwards that a graph has to contain: two losses of one step share less."""
_MOST = 20_000
"""Nodes that are looked at in one graph."""


def watch(facts: Facts) -> Readers:
    """Number the nodes of graphs that are kept, and look for the numbers of earlier ones."""
    runs = 0
    done = False
    grown: dict[Any, list[int]] = {}

    def differentiating(event: Differentiating) -> None:
        nonlocal runs, done
        if done or event.differentiable or not event.retained:
            return
        runs += 1
        place = here()
        earlier: set[int] = set()
        for node in _some(event):
            number = node.metadata.setdefault(_KEY, runs)
            if number != runs:
                earlier.add(number)
        depths = grown.setdefault(place, [])
        depths.append(len(earlier))
        last = depths[-_BACK:]
        if len(last) == _BACK and last[-1] >= _BACK and all(a < b for a, b in pairwise(last)):
            done = True
            facts.report(
                RULE.name,
                "error",
                place,
                f"this backward goes through the graphs of {last[-1]} earlier ones, and each time through "
                "more: something that is carried from step to step is never detached",
                "Detach the state between steps, hidden = hidden.detach(), and leave retain_graph out.",
                earlier_backwards=last[-1],
                growth=last,
            )

    return {Differentiating: differentiating}


def _some(event: Differentiating) -> Iterator[Any]:
    for number, node in enumerate(walk(event.roots)):
        if number >= _MOST:
            return
        if "AccumulateGrad" not in node.name():
            yield node


RULE = Rule(
    name="hidden-state-not-detached",
    severity="error",
    what="A state that is carried from step to step keeps the graph of all steps before.",
    why="Backward goes through the whole past each time: every step takes longer than the one before, "
    "memory grows, and gradients of old steps are taken again with weights that have changed since.",
    seen="Graphs that are kept by `retain_graph=True` are numbered; the graph of a later backward "
    "contains nodes of four or more earlier ones, and of more each time.",
    silent="Back-propagation through a whole sequence at once; a graph kept for two losses of one step; "
    "graphs of gradients, as in meta-learning; sequences that grow longer.",
    bad="output, hidden = model(x, hidden)\nloss.backward(retain_graph=True)\n",
    good="output, hidden = model(x, hidden.detach())\nloss.backward()\n",
    watch=watch,
)
