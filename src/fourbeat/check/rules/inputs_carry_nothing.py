"""What a model is given: not finite, the same in every row, or the answer itself."""

from typing import Any
from weakref import ref

import torch
from torch import Tensor

from fourbeat.check.facts import Facts
from fourbeat.check.look import each_tensor
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Called, Differentiated, Ended, Operation
from fourbeat.observe.place import here

_TIMES = 8
"""Calls for training whose inputs are read from the start, and then one in 64: values have to be
waited for on a device."""

_FIX = {
    "nan": "Look for missing values, logarithms of 0 and divisions by 0 where the data is prepared.",
    "same": "Look at how the inputs are read and cast: whole numbers cut off what lies below 1.",
    "answer": "Take the target's column out of the inputs.",
}


def watch(facts: Facts) -> Readers:
    """Read the first inputs of models while they are trained."""
    calls = 0
    found: dict[tuple[Place | None, str], tuple[int, str]] = {}
    looked: dict[Place | None, int] = {}
    inputs: list[ref[Tensor]] = []

    def called(event: Called) -> None:
        nonlocal calls
        if not event.grad:
            return
        calls += 1
        if calls > _TIMES and calls % 64:
            return
        every = list(each_tensor(event.inputs))
        given = [one for one in every if one.is_floating_point()] or every
        if not given or given[0].requires_grad or given[0].is_sparse:
            return
        x, place = given[0].detach(), here()
        looked[place] = looked.get(place, 0) + 1
        inputs.append(ref(given[0]))
        answers = [one for one in each_tensor(event.output) if one.is_floating_point()]
        if bool(torch.isnan(x).any()) or bool(torch.isinf(x).any()):
            if any(not bool(torch.isfinite(one).all()) for one in answers):
                note(
                    place, "nan", "a model is given NaN or infinite values, and so are its answers"
                )
        elif tells_nothing(given):
            note(place, "same", "all rows that a model is given are the same: they tell it nothing")

    def operation(event: Operation) -> None:
        name = getattr(event.function, "__name__", "")
        if name not in (
            "cross_entropy",
            "binary_cross_entropy_with_logits",
            "binary_cross_entropy",
        ):
            return
        target: Any = event.arguments[1] if len(event.arguments) > 1 else event.named.get("target")
        if not isinstance(target, Tensor) or target.numel() < 8:
            return
        y = target.detach().reshape(-1).double()
        if bool((y == y[0]).all()):
            return
        for weak in inputs:
            x = weak()
            if x is not None and x.dim() == 2 and len(x) == len(y) and x.shape[1] < 4096:
                same = (x.detach().double() == y[:, None]).all(0)
                if bool(same.any()):
                    column = int(same.int().argmax())
                    note(here(), "answer", f"column {column} of the inputs is the target itself")

    def note(place: Place | None, kind: str, what: str) -> None:
        times, _ = found.get((place, kind), (0, ""))
        found[place, kind] = times + 1, what

    def differentiated(_: Differentiated) -> None:
        inputs.clear()

    def ended(_: Ended) -> None:
        for (place, kind), (times, what) in found.items():
            if kind != "nan" and (times < 3 or times < looked.get(place, 0)):
                continue
            severity = "error" if kind == "nan" else "warning"
            facts.report(RULE.name, severity, place, what, _FIX[kind], calls=times)

    return {Called: called, Operation: operation, Differentiated: differentiated, Ended: ended}


def tells_nothing(given: list[Tensor]) -> bool:
    """Whether all rows are the same: of a single tensor of numbers, or of all that are indices."""
    if given[0].is_floating_point():
        given = given if len(given) == 1 and given[0].dim() > 1 else []
    elif any(one.dtype == torch.bool or one.dim() == 0 for one in given):
        return False
    return bool(given) and all(len(x) > 7 and bool((x == x[:1]).all()) for x in given)


RULE = Rule(
    name="inputs-carry-nothing",
    severity="error",
    what="A model is given values that are not finite, rows that are all the same, or the target.",
    why="Of NaN everything becomes NaN. Of constant inputs only the mean can be learnt, and of inputs "
    "that hold the target nothing else.",
    seen="In calls for training: inputs and answers that are not finite; batches whose rows are equal "
    "in every call, numbers or indices; a column of the inputs that equals the classes in every batch.",
    silent="Masks with infinite values; constant inputs next to others; a single row.",
    bad="x = torch.log(spend)  # some of it is 0\n",
    good="x = torch.log1p(spend)\n",
    watch=watch,
)
