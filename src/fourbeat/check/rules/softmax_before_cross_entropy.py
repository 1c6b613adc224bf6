"""Probabilities given to a loss that takes logits."""

from collections.abc import Iterator
from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.graph import (
    CALCULUS,
    SHAPES,
    is_softmax,
    name_of,
    node_of,
    parents,
    producers,
    through,
    walk,
)
from fourbeat.check.look import place_after
from fourbeat.check.rule import Readers, Rule
from fourbeat.data.batch import tensors
from fourbeat.observe.finer import Called, Differentiating

_KEY = "fourbeat.answer"

LOGS = "LogSoftmaxBackward0"


def watch(facts: Facts) -> Readers:
    """Look for a softmax right below the log-softmax of a loss."""

    def differentiating(event: Differentiating) -> None:
        if not facts.census.walking:
            return
        for logs in [*of_classes(event), *of_shares(event)]:
            if not parents(logs):
                continue
            below = through(parents(logs)[0], SHAPES)
            if below is not None and is_softmax(below):
                loss = place_after(event.roots, logs)
                here = facts.births.softmax(below)
                facts.report(
                    RULE.name,
                    "error",
                    (loss if both(below) else here) or loss or facts.unseen(RULE.name),
                    "cross_entropy is given probabilities: it takes logits, and applies log-softmax itself",
                    "Give it the layer's output, without softmax. For probabilities use softmax after the "
                    "loss.",
                    softmax_at=str(here or "unknown"),
                    loss_at=str(loss or "unknown"),
                )

    def called(event: Called) -> None:
        for one in tensors(event.output):
            node = node_of(one)
            if node is not None:
                node.metadata[_KEY] = True

    return {Called: called, Differentiating: differentiating}


def both(node: Any) -> bool:
    """Whether a model gives the logits besides their softmax: then the loss takes the wrong one."""
    return all(one.metadata.get(_KEY, False) for one in (node, parents(node)[0]))


def of_classes(event: Differentiating) -> Iterator[Any]:
    """Log-softmaxes of losses by class numbers."""
    for node in walk(event.roots):
        if name_of(node).startswith("NllLoss") and parents(node):
            logs = through(parents(node)[0], SHAPES)
            if name_of(logs) == LOGS:
                yield logs


def of_shares(event: Differentiating) -> Iterator[Any]:
    """Log-softmaxes that are multiplied and summed up to the loss, as those of soft targets are."""
    for root in event.roots:
        node = node_of(root)
        for logs in producers(node, CALCULUS | SHAPES) if node is not None else ():
            if name_of(logs) == LOGS:
                yield logs


RULE = Rule(
    name="softmax-before-cross-entropy",
    severity="error",
    what="The model ends in a softmax, and the loss applies another.",
    why="`cross_entropy` is log-softmax and negative log-likelihood in one. Of probabilities, which lie "
    "between 0 and 1, it can never come near 0, and its gradients are small: training is slow and the "
    "confidence wrong.",
    seen="In the graph of the loss, the log-softmax of a cross-entropy, of class numbers or of shares, has a softmax, or "
    "exponentials divided by their sum, right below it, with nothing between but changes of shape.",
    silent="Softmaxes deeper in the network, as in attention; `nll_loss` of a log of probabilities.",
    bad="loss = F.cross_entropy(F.softmax(net(x), dim=1), y)\n",
    good="loss = F.cross_entropy(net(x), y)\n",
    watch=watch,
)
