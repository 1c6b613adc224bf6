"""Probabilities given to a loss that takes logits."""

from fourbeat.check.facts import Facts
from fourbeat.check.graph import SHAPES, name_of, parents, through, walk
from fourbeat.check.look import place_of
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Differentiating


def watch(facts: Facts) -> Readers:
    """Look for a softmax right below the log-softmax of a loss."""

    def differentiating(event: Differentiating) -> None:
        for node in walk(event.roots) if facts.census.walking else ():
            if not name_of(node).startswith("NllLoss"):
                continue
            logs = through(parents(node)[0], SHAPES) if parents(node) else None
            if logs is None or name_of(logs) != "LogSoftmaxBackward0" or not parents(logs):
                continue
            below = through(parents(logs)[0], SHAPES)
            if below is not None and name_of(below) == "SoftmaxBackward0":
                facts.report(
                    RULE.name,
                    "error",
                    place_of(node) or place_of(below) or facts.ledger.root_place,
                    "cross_entropy is given probabilities: it takes logits, and applies log-softmax itself",
                    "Give it the layer's output, without softmax. For probabilities use softmax after the "
                    "loss.",
                    softmax_at=str(place_of(below) or "unknown"),
                )

    return {Differentiating: differentiating}


RULE = Rule(
    name="softmax-before-cross-entropy",
    severity="error",
    what="The model ends in a softmax, and the loss applies another.",
    why="`cross_entropy` is log-softmax and negative log-likelihood in one. Of probabilities, which lie "
    "between 0 and 1, it can never come near 0, and its gradients are small: training is slow and the "
    "confidence wrong.",
    seen="In the graph of the loss, the log-softmax of a negative log-likelihood has a softmax right "
    "below it, with nothing between but changes of shape.",
    silent="Softmaxes deeper in the network, as in attention; `nll_loss` of a log of probabilities.",
    bad="loss = F.cross_entropy(F.softmax(net(x), dim=1), y)\n",
    good="loss = F.cross_entropy(net(x), y)\n",
    watch=watch,
)
