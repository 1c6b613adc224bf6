"""Weights that the loss reaches, and that get a gradient of exactly 0 every time."""

from weakref import ref

import torch
from torch import Tensor, nn

from fourbeat.check.facts import Facts
from fourbeat.check.graph import leaves, node_of
from fourbeat.check.ledger import is_zero
from fourbeat.check.look import each_tensor
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Differentiated, Differentiating, Ended, Operation
from fourbeat.observe.place import here
from fourbeat.sanity.parameters import idle

_TIMES = 8
"""Backwards that have to give a gradient of 0, every one that was looked at."""


def watch(facts: Facts) -> Readers:
    """Follow weights with a gradient of 0, until one is not."""
    suspects: dict[int, tuple[ref[Tensor], int]] = {}
    alive: dict[int, ref[Tensor]] = {}
    reached: list[Tensor] = []
    zeros: list[Place] = []
    blamed: Place | None = None
    root: Place | None = None

    def operation(event: Operation) -> None:
        for one in each_tensor(event.result):
            if one.requires_grad and node_of(one) is not None and len(zeros) < 8:
                with torch.no_grad():
                    dead = one.numel() > 0 and not one.is_sparse and not bool(one.any())
                if dead and (place := here()) is not None:
                    zeros.append(place)

    def differentiating(event: Differentiating) -> None:
        nonlocal root
        reached.clear()
        if event.accumulates and facts.census.walking:
            root = facts.ledger.root_place
            reached.extend(
                p for p in leaves(event.roots) if isinstance(p, nn.Parameter) and p.dim() > 1
            )

    def differentiated(event: Differentiated) -> None:
        nonlocal blamed
        for p in reached if event.done else ():
            if id(p) in alive and alive[id(p)]() is p:
                continue
            if p.grad is not None and is_zero(p.grad):
                weak, count = suspects.get(id(p), (ref(p), 0))
                suspects[id(p)] = (ref(p), 1) if weak() is not p else (weak, count + 1)
            elif p.grad is not None:
                suspects.pop(id(p), None)
                alive[id(p)] = ref(p)
        if reached and suspects:
            blamed = blamed or (zeros[0] if zeros else None)
        reached.clear()
        zeros.clear()

    def ended(_: Ended) -> None:
        count = sum(times >= _TIMES for _, times in suspects.values())
        if not count:
            return
        told, severity = idle(count, len(alive)), "warning" if alive else "error"
        facts.report(RULE.name, severity, blamed or root, told.message, told.fix, **told.evidence)

    return {
        Operation: operation,
        Differentiating: differentiating,
        Differentiated: differentiated,
        Ended: ended,
    }


RULE = Rule(
    name="gradients-are-zero",
    severity="error",
    what="Weights take part in the loss, and their gradient is 0 in every step.",
    why="The graph is whole, but something in it multiplies by 0: a loss weight, a dropout with p=1, "
    "units that are never active. What lies behind it is never trained.",
    seen="From the first backward on, in every one that is looked at and at least eight times, the "
    "gradient of a weight matrix is exactly 0.",
    silent="Weights whose gradient is 0 at first, behind layers that begin with zeros; losses that "
    "become 0 later; sparse rows.",
    bad="loss = 0 * criterion(net(x), y)\n",
    good="loss = weight * criterion(net(x), y)  # with a weight above 0\n",
    watch=watch,
)
