"""A softmax over a single value, which is always 1."""

from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.graph import SHAPES, name_of, parents, producers, saved_int, walk
from fourbeat.check.look import place_of
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Differentiating, Ended

_LOSSES = ("NllLoss", "BinaryCrossEntropy", "MseLoss", "L1Loss", "SmoothL1Loss", "HuberLoss")


def watch(facts: Facts) -> Readers:
    """Look for a softmax of size 1 right below a loss."""
    found: dict[Place | None, int] = {}

    def differentiating(event: Differentiating) -> None:
        for node in walk(event.roots) if facts.census.walking else ():
            if not name_of(node).startswith(_LOSSES) or not parents(node):
                continue
            if any(_of_one(one) for one in producers(parents(node)[0], SHAPES)):
                place = place_of(node) or facts.unseen(RULE.name)
                found[place] = found.get(place, 0) + 1

    def ended(_: Ended) -> None:
        for place, times in found.items():
            if times > 1:
                facts.report(
                    RULE.name,
                    "error",
                    place,
                    "the loss is given a softmax over one value: that is 1, whatever the model computes",
                    "For one output use binary_cross_entropy_with_logits; for cross_entropy give the "
                    "model one output for each class.",
                    times=times,
                )

    return {Differentiating: differentiating, Ended: ended}


def _of_one(node: Any) -> bool:
    if not name_of(node).startswith(("SoftmaxBackward", "LogSoftmaxBackward")):
        return False
    result, dim = getattr(node, "_saved_result", None), saved_int(node, "_saved_dim")
    return result is not None and dim is not None and result.dim() > 0 and result.shape[dim] == 1


RULE = Rule(
    name="softmax-of-one-output",
    severity="error",
    what="A model with one output ends in a softmax, or in `cross_entropy`.",
    why="The softmax of a single value is 1, and its logarithm 0. The loss is constant and its gradient "
    "0: nothing is learnt.",
    seen="Right below a loss stands a softmax or log-softmax over a dimension of size 1.",
    silent="Attention over a single element, deeper in the network.",
    bad="loss = F.cross_entropy(nn.Linear(16, 1)(h), y)\n",
    good="loss = F.binary_cross_entropy_with_logits(nn.Linear(16, 1)(h).squeeze(1), y)\n",
    watch=watch,
)
