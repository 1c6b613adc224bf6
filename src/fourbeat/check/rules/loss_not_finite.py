"""A loss that is NaN or infinite from some step on."""

from collections.abc import Iterator
from math import isfinite
from typing import Any

import torch
from torch import Tensor

from fourbeat.check.facts import Facts
from fourbeat.check.look import each_tensor
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Calling, Differentiating, Ended, Operation
from fourbeat.observe.place import here

_RUNS = 64
"""Backwards, from the start, for which models' inputs are looked at."""

_MOST = 1_000_000
"""Elements of a tensor that is looked at, at most."""


def watch(facts: Facts) -> Readers:
    """Find the operation that made the first value that is not finite, where it is looked at closely."""
    born: tuple[Place, str] | None = None
    root: Place | None = None

    def operation(event: Operation) -> None:
        nonlocal born
        if root is not None or born is not None:
            return
        results = [one for one in each_tensor(event.result) if looked_at(one)]
        if all(finite(one) for one in results):
            return
        given = [*event.arguments, *event.named.values()]
        name = getattr(event.function, "__name__", "an operation")
        if "empty" in name or not any(True for one in given for _ in each_tensor(one)):
            return  # memory that is not filled yet
        place = here()
        if place is not None and all(known(value) for value in given):
            born = place, f"{name}, which is given finite values"

    def calling(event: Calling) -> None:
        nonlocal born
        if root is not None or born is not None or not event.grad or facts.ledger.runs > _RUNS:
            return
        place = here()
        if place is not None and not all(known(one) for one in event.inputs):
            born = place, "what the model is given"

    def differentiating(event: Differentiating) -> None:
        nonlocal born, root
        if root is not None or not event.accumulates:
            return
        if all(finite(one) for one in event.roots if looked_at(one) and not one.is_cuda):
            born = None
        else:
            root = facts.ledger.root_place or here()

    def ended(_: Ended) -> None:
        course = next((one for one in facts.rates.all if one.ill and one.broken), None)
        if course is None or any(one.severity != "note" for one in facts.findings.values()):
            return
        what = "what an update made of the weights" if born is None else born[1]
        facts.report(
            RULE.name,
            "error",
            born[0] if born is not None else root,
            f"the loss is not finite from update {course.broken} on, and nothing is trained any more; the first "
            f"such value comes of {what}",
            "Keep logarithms, roots and divisions away from 0 (clamp, eps, the log_softmax and with_logits "
            "forms), clip gradients, or lower the learning rate; torch.autograd.detect_anomaly() finds others.",
            updates=course.updates,
            first_not_finite=course.broken,
        )

    return {
        Calling: calling,
        Operation: operation,
        Differentiating: differentiating,
        Ended: ended,
    }


def looked_at(tensor: Tensor) -> bool:
    """Whether it has values that may be infinite, and not too many of them."""
    plain = not tensor.is_sparse and not tensor.is_meta
    return tensor.is_floating_point() and plain and tensor.numel() <= _MOST


def finite(tensor: Tensor) -> bool:
    """Whether all its values are."""
    with torch.no_grad():
        return bool(tensor.detach().isfinite().all())


def known(argument: Any) -> bool:
    """Whether an argument holds nothing that is not finite."""
    if isinstance(argument, float):
        return isfinite(argument)
    found: Iterator[Tensor] = each_tensor(argument)
    return all(finite(one) for one in found if looked_at(one))


RULE = Rule(
    name="loss-not-finite",
    severity="error",
    what="From some step on the loss is NaN or infinite, and stays so.",
    why="One such value makes every weight that its gradient reaches NaN, and no later step mends that: the "
    "script goes on and trains nothing.",
    seen="The loss of each update is read. In the first few steps, which are looked at closely, the operation "
    "is named that was given finite values and gave others.",
    silent="A loss that is finite again, as where a step is skipped or scaled down; infinite values that a "
    "mask puts in and a softmax takes out; whatever another finding explains.",
    bad="loss = -(target * torch.log(probabilities)).sum()  # a probability may be 0\n",
    good="loss = F.cross_entropy(logits, target)\n",
    watch=watch,
)
