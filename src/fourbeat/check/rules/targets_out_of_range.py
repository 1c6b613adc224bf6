"""Targets that a loss takes, and that mean nothing to it."""

from typing import Any

import torch
from torch import Tensor

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Ended, Operation
from fourbeat.observe.place import here

_BINARY = frozenset({"binary_cross_entropy", "binary_cross_entropy_with_logits"})


def watch(facts: Facts) -> Readers:
    """Read the targets of losses that take probabilities."""
    found: dict[tuple[Place | None, str], tuple[int, float, float]] = {}

    def operation(event: Operation) -> None:
        name = getattr(event.function, "__name__", "")
        if name not in _BINARY and name not in ("cross_entropy", "kl_div"):
            return
        given = dict(zip(("input", "target"), event.arguments, strict=False)) | event.named
        logits: Any = given.get("input")
        target: Any = given.get("target")
        if not isinstance(logits, Tensor) or not isinstance(target, Tensor) or not target.numel():
            return
        if not event.result.requires_grad:
            return
        with torch.no_grad():
            what = _wrong(name, logits, target, bool(given.get("log_target", False)))
            if what:
                key = here(), what
                low, high = float(target.min()), float(target.max())
                found[key] = found.get(key, (0,))[0] + 1, low, high

    def ended(_: Ended) -> None:
        for (place, what), (times, low, high) in found.items():
            if times > 1:
                facts.report(
                    RULE.name,
                    "error",
                    place,
                    what,
                    "Give cross_entropy class numbers of dtype int64 and shape (N,), or probabilities "
                    "that sum to 1; binary losses 0 and 1; kl_div the logarithm, by log_softmax.",
                    lowest_target=low,
                    highest_target=high,
                )

    return {Operation: operation, Ended: ended}


def _wrong(name: str, given: Tensor, target: Tensor, log_target: bool) -> str:
    if name == "kl_div":
        if given.dim() < 2 or given.shape[-1] < 2:
            return ""
        sums = given.detach().float().sum(-1)
        if bool((given >= 0).all()) and bool(((sums - 1).abs() < 1e-2).all()):
            return "kl_div is given probabilities: its first argument has to be their logarithm"
        if not log_target and bool((target < 0).any()):
            return "kl_div is given a target with negative values: with log_target=False it takes probabilities"
        return ""
    if not target.is_floating_point():
        return ""
    if bool(((target < -1e-6) | (target > 1 + 1e-6)).any()):
        kind = "class numbers as floats" if name == "cross_entropy" else "targets"
        return f"{name} is given {kind} outside of 0 to 1, which it takes for probabilities"
    return ""


RULE = Rule(
    name="targets-out-of-range",
    severity="error",
    what="A loss that takes probabilities is given other numbers.",
    why="`cross_entropy` takes float targets for probabilities of each class, whatever they are, and "
    "binary losses take 2 or -1 as they come; `kl_div` takes the logarithm as its first argument. No "
    "error is raised: the loss becomes negative, or its optimum lies elsewhere.",
    seen="Float targets of `cross_entropy` or a binary cross entropy that are below 0 or above 1; "
    "`kl_div` of rows that are probabilities themselves.",
    silent="Soft and smoothed labels, mixup; log-probabilities.",
    bad="loss = F.binary_cross_entropy_with_logits(net(x), y)  # y is -1 or 1\n",
    good="loss = F.binary_cross_entropy_with_logits(net(x), (y + 1) / 2)\n",
    watch=watch,
)
