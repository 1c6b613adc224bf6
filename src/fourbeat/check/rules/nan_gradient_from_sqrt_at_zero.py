"""A gradient that is not finite, from a function without a slope at the value that it met."""

from typing import Any
from weakref import ref

import torch
from torch import Tensor

from fourbeat.check.facts import Facts
from fourbeat.check.graph import leaves
from fourbeat.check.look import place_of
from fourbeat.check.poles import at_pole, candidates
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Differentiated, Differentiating

_CLOSE = 8
_EACH = 16
"""Later backwards are looked at one in so many, unless the graph is known to have such functions."""


def watch(facts: Facts) -> Readers:
    """Look for poles before each backward, and at the gradients after one that had some."""
    runs = 0
    known = False
    places: dict[str, Place | None] = {}
    met: list[tuple[str, Place | None]] = []
    behind: list[ref[Tensor]] = []
    over = False

    def differentiating(event: Differentiating) -> None:
        nonlocal runs, known
        met.clear()
        behind.clear()
        if over or not event.accumulates:
            return
        runs += 1
        if runs > _CLOSE and not known and runs % _EACH:
            return
        nodes: Any = candidates(event.roots)
        known = bool(nodes)
        for node in nodes:
            words = at_pole(node)
            place = place_of(node)
            if place is not None:
                places.setdefault(words or str(node.name()), place)
            if words:
                met.append((words, place or places.get(words) or places.get(str(node.name()))))
        if met:
            behind.extend(ref(leaf) for leaf in leaves(event.roots))
            if not all(bool(torch.isfinite(root).all()) for root in event.roots):
                met.clear()  # it was lost before: this is no cause

    def differentiated(event: Differentiated) -> None:
        nonlocal over
        if not met or not event.done:
            return
        grads = [
            p.grad for p in (weak() for weak in behind) if p is not None and p.grad is not None
        ]
        if all(
            bool(torch.isfinite(g.coalesce().values() if g.is_sparse else g).all()) for g in grads
        ):
            return
        over = True
        words, place = next((one for one in met if one[0].endswith("of 0")), met[0])
        facts.report(
            RULE.name,
            "error",
            place or facts.unseen(RULE.name),
            f"{words} has an infinite slope: the backward gives gradients that are not finite, and a step "
            "with them ends the training",
            "Keep the value away from there: torch.sqrt(x + 1e-8), x.clamp_min(1e-8), "
            "clamp(-1 + 1e-6, 1 - 1e-6) for acos. torch.where after the function does not help.",
            backward=runs,
            met=words,
        )

    return {Differentiating: differentiating, Differentiated: differentiated}


RULE = Rule(
    name="nan-gradient-from-sqrt-at-zero",
    severity="error",
    what="A function without a finite slope at a value that it meets, such as the square root at 0.",
    why="The loss is finite and the gradient is not: infinity times 0 is NaN. One such row is enough, "
    "and after one step all weights are NaN.",
    seen="In the graph of a finite loss, a square root, a power below 1, a standard deviation, an acos, "
    "a logarithm or a division saved a value at its pole, and the gradients of that backward are not "
    "finite.",
    silent="A small number added inside; norms, whose slope at 0 PyTorch takes as 0; gradients that "
    "overflow under a scaler.",
    bad="distance = ((a - b) ** 2).sum(1).sqrt()\n",
    good="distance = (((a - b) ** 2).sum(1) + 1e-8).sqrt()\n",
    watch=watch,
)
