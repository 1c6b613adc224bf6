"""What an optimizer does to one parameter, as tensor code that a compiler can fuse.

The formulas are torch's (torch.optim, "single tensor"). What they need of learning rate, momentum and
number of updates is worked out on the host, for each step of a call: a schedule then needs no new graph,
and no power is taken again for every element.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

Group = Mapping[str, Any]

New = dict[str, Tensor]
"""New values: of the state by name, and the parameter's as ``."""


class Rule(NamedTuple):
    """How a class of optimizers updates.

    Attributes:
        numbers: of a group's options and the count of updates with this one, three numbers.
        update: from parameter, gradient, state, options and those numbers as scalar tensors.
    """

    numbers: Callable[[Group, int], tuple[float, float, float]]
    update: Callable[[Tensor, Tensor, Mapping[str, Tensor], Group, Tensor], New]


def adams(group: Group, count: int) -> tuple[float, float, float]:
    """1 - beta1, the step's size, and epsilon in units of the uncorrected root."""
    beta1, beta2 = map(float, group["betas"])
    scale = math.sqrt(1 - beta2**count)
    return 1 - beta1, float(group["lr"]) * scale / (1 - beta1**count), group["eps"] * scale


def adam(p: Tensor, g: Tensor, state: Mapping[str, Tensor], group: Group, numbers: Tensor) -> New:
    """Adam (Kingma and Ba 2015), and AdamW (Loshchilov and Hutter 2019) by `decoupled_weight_decay`."""
    share, size, epsilon, decay = numbers.unbind()
    beta2 = group["betas"][1]
    g = -g if group["maximize"] else g
    if group["weight_decay"] and group["decoupled_weight_decay"]:
        p = p * (1 - decay)
    elif group["weight_decay"]:
        g = g + group["weight_decay"] * p
    mean = state["exp_avg"] + (g - state["exp_avg"]) * share
    square = state["exp_avg_sq"] * beta2 + g * g * (1 - beta2)
    new = {"exp_avg": mean, "exp_avg_sq": square}
    if group["amsgrad"]:
        square = new["max_exp_avg_sq"] = torch.maximum(state["max_exp_avg_sq"], square)
    return new | {"": p - size * (mean / (square.sqrt() + epsilon))}


def sgds(group: Group, count: int) -> tuple[float, float, float]:
    """Learning rate, momentum, and what of a gradient enters the buffer."""
    return float(group["lr"]), float(group["momentum"]), 1 - float(group["dampening"])


def sgd(p: Tensor, g: Tensor, state: Mapping[str, Tensor], group: Group, numbers: Tensor) -> New:
    """SGD, with momentum as torch has it."""
    rate, momentum, enters, _ = numbers.unbind()
    g = -g if group["maximize"] else g
    if group["weight_decay"]:
        g = g + group["weight_decay"] * p
    if not group["momentum"]:
        return {"": p - rate * g}
    buffer = state["momentum_buffer"] * momentum + g * enters
    way = g + momentum * buffer if group["nesterov"] else buffer
    return {"momentum_buffer": buffer, "": p - rate * way}


ADAM = Rule(adams, adam)

RULES: dict[type, Rule] = {
    torch.optim.Adam: ADAM,
    torch.optim.AdamW: ADAM,
    torch.optim.SGD: Rule(sgds, sgd),
}
"""By the very class: one that inherits from it may do otherwise."""

OPTIONS = (
    *("betas", "weight_decay", "decoupled_weight_decay", "amsgrad", "maximize"),
    *("momentum", "nesterov", "differentiable"),
)
"""What of a group is part of the graph; of `betas` the second, of `momentum` whether there is any."""


def options_of(group: Group) -> dict[str, Any]:
    """The options of a group that the graph is made for."""
    known = {name: group[name] for name in OPTIONS if name in group}
    if "betas" in known:
        known["betas"] = (None, known["betas"][1])
    if "momentum" in known:
        known["momentum"] = bool(known["momentum"])
    return known


def numbers_of(kind: type, group: Group, count: int) -> list[float]:
    """What `update` takes of a group, for the update that makes so many."""
    return [*RULES[kind].numbers(group, count), float(group["lr"]) * group["weight_decay"]]
