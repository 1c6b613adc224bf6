"""Weights that begin with one and the same value, and units that stay alike."""

from typing import Any
from weakref import ref

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from fourbeat.check.facts import Facts
from fourbeat.check.graph import leaves
from fourbeat.check.look import each_tensor
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Differentiating, Ended, Operation
from fourbeat.observe.place import here

_WRITES = frozenset(
    {"ones", "full", "zeros", "ones_like", "full_like", "div", "mul", "add", "expand"}
)
_MOST = 4096
"""Writes whose lines are kept, until the first backward."""


def watch(facts: Facts) -> Readers:
    """Find constant weights at the first backward; see later whether their units are still alike."""
    writes: dict[int, Place | None] = {}
    constant: dict[int, tuple[ref[Tensor], Place | None]] = {}
    alike: dict[int, tuple[Place | None, list[int], int]] = {}
    zero: set[int] = set()
    begun = False

    def operation(event: Operation) -> None:
        name = getattr(event.function, "__name__", "")
        if begun or len(writes) > _MOST:
            return
        changes = name.endswith("_") and not name.endswith("__") and name != "requires_grad_"
        if changes or name in _WRITES or name.startswith("__"):
            for one in each_tensor(event.result):
                if one.dim() > 1 and name not in ("__get__", "__getitem__"):
                    writes[one.data_ptr()] = here()

    def differentiating(event: Differentiating) -> None:
        nonlocal begun
        if begun or not event.accumulates:
            return
        begun = True
        held = {id(p) for p in facts.census.held()}
        for p in leaves(event.roots):
            trained = isinstance(p, nn.Parameter) or id(p) in held
            if trained and sum(size > 1 for size in p.shape) > 1 and _one_value(p):
                if not p.any():
                    zero.add(id(p))
                constant[id(p)] = ref(p), writes.get(p.data_ptr())
        writes.clear()

    def judge(optimizer: Optimizer) -> None:
        for number, (weak, place) in constant.items():
            p = weak()
            if p is None:
                continue
            if _units_alike(p) and not _has_moved(p, number in zero):
                where = place or facts.ledger.made(optimizer)
                alike[number] = where, list(p.shape), alike.get(number, (None, [], 0))[2] + 1
            else:
                alike.pop(number, None)

    def ended(_: Ended) -> None:
        for place, shape, judged in alike.values():
            if judged < 2:
                continue
            facts.report(
                RULE.name,
                "error",
                place,
                f"all values of a weight of shape {tuple(shape)} begin the same, and after training its "
                "units are still the same: they compute one thing and get one gradient",
                "Use a random initialisation, such as nn.init.kaiming_uniform_ or the layer's own.",
                shape=shape,
            )

    facts.census.judges.append(judge)
    return {Operation: operation, Differentiating: differentiating, Ended: ended}


def _one_value(parameter: Tensor) -> bool:
    """Whether all values are the same."""
    with torch.no_grad():
        flat = parameter.detach().reshape(-1)
        return bool((flat == flat[0]).all())


def _has_moved(parameter: Tensor, zero: bool) -> bool:
    """Whether it began with zeros, as heads and residual branches do, and is given a gradient."""
    with torch.no_grad():
        stays = parameter.grad is not None and not parameter.grad.any() and not parameter.any()
        return zero and not stays


def _units_alike(parameter: Tensor) -> bool:
    """Whether it has moved, and its rows are alike, or its columns."""
    with torch.no_grad():
        w: Any = parameter.detach().flatten(1)
        close = 1e-5 * w.abs().max()
        rows = len(w) > 1 and bool(((w - w[:1]).abs() <= close).all())
        columns = w.shape[1] > 1 and bool(((w - w[:, :1]).abs() <= close).all())
        return rows or columns


RULE = Rule(
    name="constant-weight-initialisation",
    severity="error",
    what="A weight matrix begins with the same value everywhere.",
    why="Units with the same weights compute the same, get the same gradient and stay the same for ever: "
    "a layer of a hundred units is a layer of one.",
    seen="A matrix of one value at the first backward, whose rows or columns are still alike after steps "
    "that were far apart; of zeros, only where it is still zero then and its gradient is exactly 0.",
    silent="Zeros that training moves, as at the end of residual branches, in heads and in LoRA; weights of normalisation; "
    "averaging filters whose rows part by training.",
    bad="nn.init.constant_(layer.weight, 0.1)\n",
    good="nn.init.kaiming_uniform_(layer.weight)\n",
    watch=watch,
)
