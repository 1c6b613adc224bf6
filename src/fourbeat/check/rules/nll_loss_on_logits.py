"""Scores or probabilities given to a loss that takes log-probabilities."""

from typing import Any

import torch

from fourbeat.check.facts import Facts
from fourbeat.check.graph import SHAPES, name_of, parents, producers, walk
from fourbeat.check.look import place_after, place_of
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Differentiating

_LAYERS = (
    *("Addmm", "Mm", "Bmm", "Baddbmm", "Convolution", "MkldnnLinear", "Linear", "Embedding"),
    *("Softmax", "Sigmoid", "Tanh", "Relu", "LeakyRelu", "Gelu", "Elu", "NativeDropout"),
    *("NativeLayerNorm", "NativeBatchNorm"),
)
_RUNS = 8
"""Backwards whose values are read; what a loss is given is the same in all of them."""


def watch(facts: Facts) -> Readers:
    """Look at what stands below a negative log-likelihood, and at its values."""
    runs = 0

    def differentiating(event: Differentiating) -> None:
        nonlocal runs
        runs += event.accumulates
        if runs > _RUNS:
            return
        for node in walk(event.roots):
            if not name_of(node).startswith("NllLoss") or not parents(node):
                continue
            below = [one for one in producers(parents(node)[0], SHAPES) if _is_layer(one)]
            off = _off(node) if below else 0.0
            if off < 0.05:
                continue
            kind = name_of(below[0]).split("Backward")[0]
            facts.report(
                RULE.name,
                "error",
                place_after(event.roots, node) or place_of(below[0]) or facts.unseen(RULE.name),
                "nll_loss is given "
                + ("probabilities" if kind in ("Softmax", "Sigmoid") else "scores")
                + ": it takes log-probabilities, and its value can fall without end",
                "Use cross_entropy on the layer's output, or log_softmax before nll_loss.",
                computed_by=kind,
                sum_of_exp_off_by=round(off, 4),
            )

    return {Differentiating: differentiating}


def _is_layer(node: Any) -> bool:
    if name_of(node).startswith("AddBackward"):  # a bias
        above = [one for parent in parents(node) for one in producers(parent, SHAPES)]
        kinds = [name_of(one) for one in above]
        return any(kind.startswith(_LAYERS) for kind in kinds) and all(
            kind.startswith(_LAYERS) or "AccumulateGrad" in kind for kind in kinds
        )
    return name_of(node).startswith(_LAYERS)


def _off(node: Any) -> float:
    """How far the log of the sum of exponentials is from 0, at the median."""
    given: Any = getattr(node, "_saved_self", None)
    if given is None:
        return 0.0
    with torch.no_grad():
        dim = 1 if given.dim() > 1 else 0
        return float(torch.logsumexp(given.float(), dim).abs().median())


RULE = Rule(
    name="nll-loss-on-logits",
    severity="error",
    what="`nll_loss` is given the scores of a layer, or probabilities.",
    why="It takes the value at the target's place with the sign turned. For scores that is no "
    "likelihood: the loss becomes negative, and is best where all scores grow without end.",
    seen="What the loss is given comes straight from a layer or an activation that is no log-softmax, "
    "and the exponentials of its rows do not sum to 1.",
    silent="Log-probabilities written by hand, mixtures, `log_prob` of distributions, a log-softmax far "
    "from the loss.",
    bad="loss = F.nll_loss(net(x), y)\n",
    good="loss = F.nll_loss(F.log_softmax(net(x), dim=1), y)\n",
    watch=watch,
)
