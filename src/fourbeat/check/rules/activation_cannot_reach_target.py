"""A last activation whose range leaves targets out."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node

from fourbeat.check.facts import Facts
from fourbeat.check.graph import SHAPES, name_of, parents, producers, walk
from fourbeat.check.look import place_of
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Differentiating, Ended, Operation
from fourbeat.observe.place import here

_LOSSES = ("MseLoss", "SmoothL1Loss", "HuberLoss")
_RANGES = {
    "Relu": (0.0, float("inf")),
    "Softplus": (0.0, float("inf")),
    "Sigmoid": (0.0, 1.0),
    "Softmax": (0.0, 1.0),
    "Tanh": (-1.0, 1.0),
}
_SHARE = 0.1


def watch(facts: Facts) -> Readers:
    """Compare the range of what stands right below a regression loss with its targets."""
    found: dict[Place | None, tuple[int, str, float]] = {}

    def differentiating(event: Differentiating) -> None:
        for node in walk(event.roots) if facts.census.walking else ():
            target: Any = getattr(node, "_saved_target", None)
            if not name_of(node).startswith(_LOSSES) or not parents(node) or target is None:
                continue
            compare(parents(node)[0], target, place_of(node))

    def operation(event: Operation) -> None:
        # Of this loss the graph keeps the difference alone.
        if getattr(event.function, "__name__", "") != "l1_loss":
            return
        given = [*event.arguments, *(event.named.get(name) for name in ("input", "target"))]
        tensors = [one for one in given if isinstance(one, Tensor)]
        if len(tensors) == 2 and tensors[0].grad_fn is not None and not tensors[1].requires_grad:
            compare(tensors[0].grad_fn, tensors[1], here())

    def compare(end: Node, target: Tensor, near: Place | None) -> None:
        below = producers(end, SHAPES)
        kinds = {name_of(one).split("Backward")[0] for one in below}
        if len(kinds) != 1 or (kind := kinds.pop()) not in _RANGES:
            return
        share = _outside(target, *_RANGES[kind])
        if share >= _SHARE:
            place = place_of(below[0]) or near or facts.unseen(RULE.name)
            times, _, most = found.get(place, (0, "", 0.0))
            found[place] = times + 1, kind, max(share, most)

    def ended(_: Ended) -> None:
        for place, (times, kind, share) in found.items():
            if times > 3:
                low, high = _RANGES[kind]
                facts.report(
                    RULE.name,
                    "warning",
                    place,
                    f"the model ends in {kind}, whose values lie between {low:g} and {high:g}, and up to "
                    f"{share:.0%} of a batch's targets lie outside",
                    "Leave the last activation out, or bring the targets into its range.",
                    activation=kind.lower(),
                    share_outside=round(share, 3),
                )

    return {Differentiating: differentiating, Operation: operation, Ended: ended}


def _outside(target: Tensor, low: float, high: float) -> float:
    with torch.no_grad():
        return float(((target < low - 1e-3) | (target > high + 1e-3)).float().mean())


RULE = Rule(
    name="activation-cannot-reach-target",
    severity="warning",
    what="The model's last activation cannot give values that the targets have.",
    why="After a ReLU nothing is below 0, after a sigmoid nothing above 1. Such targets are never "
    "reached, and where the activation is flat no gradient comes back.",
    seen="Right below a regression loss stands an activation, and in several batches a tenth of the "
    "targets or more lie outside of its range.",
    silent="Targets within the range but for a few; activations deeper in the network.",
    bad="loss = F.mse_loss(torch.relu(net(x)), y)  # y has both signs\n",
    good="loss = F.mse_loss(net(x), y)\n",
    watch=watch,
)
