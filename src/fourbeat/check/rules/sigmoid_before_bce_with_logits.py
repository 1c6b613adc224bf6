"""Probabilities given to a binary loss that takes logits."""

from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.graph import SHAPES, is_sigmoid, is_softmax, name_of, parents, producers, walk
from fourbeat.check.look import place_after, place_of
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Differentiating

_LOSSES = ("BinaryCrossEntropyWithLogits", "LogSigmoid")


CLAMPS = frozenset({"ClampBackward0", "ClampBackward1", "ClampMinBackward0", "ClampMaxBackward0"})


def watch(facts: Facts) -> Readers:
    """Look for a sigmoid right below a loss that applies one itself."""

    def differentiating(event: Differentiating) -> None:
        for node in walk(event.roots) if facts.census.walking else ():
            if not name_of(node).startswith(_LOSSES) or not parents(node):
                continue
            below = producers(parents(node)[0], SHAPES | CLAMPS)
            kinds = {activation(one) for one in below}
            if below and kinds <= {"sigmoid", "softmax"}:
                facts.report(
                    RULE.name,
                    "error",
                    place_after(event.roots, node) or place_of(below[0]) or facts.unseen(RULE.name),
                    f"the loss takes logits and applies a sigmoid itself, but it is given the result of a "
                    f"{' and a '.join(sorted(kinds))}",
                    "Leave the model's last activation out, and apply it where probabilities are wanted; "
                    "or use binary_cross_entropy.",
                    activation_at=str(place_of(below[0]) or "unknown"),
                )

    return {Differentiating: differentiating}


def activation(node: Any) -> str:
    """What makes probabilities here, also where it is written by hand; nothing for anything else."""
    if is_sigmoid(node):
        return "sigmoid"
    return "softmax" if is_softmax(node) else ""


RULE = Rule(
    name="sigmoid-before-bce-with-logits",
    severity="error",
    what="The model ends in a sigmoid, and the loss applies another.",
    why="`binary_cross_entropy_with_logits` is sigmoid and cross entropy in one. Of probabilities the "
    "second sigmoid makes values between 0.5 and 0.73: no example can be called negative, and the loss "
    "stays far from 0.",
    seen="In the graph of the loss a sigmoid or a softmax stands right below binary cross entropy with "
    "logits, with nothing between but changes of shape and clamps.",
    silent="Sigmoids that gate something; a sigmoid before plain `binary_cross_entropy`.",
    bad="loss = F.binary_cross_entropy_with_logits(torch.sigmoid(net(x)), y)\n",
    good="loss = F.binary_cross_entropy_with_logits(net(x), y)\n",
    watch=watch,
)
