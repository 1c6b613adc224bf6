"""What an optimizer does to one parameter, as tensor code that a compiler can fuse.

The formulas are torch's own (torch.optim, "single tensor"), with the learning rate as a tensor, so that
a schedule needs no new graph.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

State = Mapping[str, Tensor]

Rule = Callable[
    [Tensor, Tensor, State, Mapping[str, Any], Tensor, Tensor, Tensor], dict[str, Tensor]
]
"""From parameter, gradient, state, options of the group, learning rate, momentum (or beta1) and the count of
updates with this one, to the new values: by name, and the parameter's as ``."""


def adam(
    p: Tensor,
    g: Tensor,
    state: State,
    group: Mapping[str, Any],
    lr: Tensor,
    beta1: Tensor,
    count: Tensor,
) -> dict[str, Tensor]:
    """Adam (Kingma and Ba 2015), and AdamW (Loshchilov and Hutter 2019) by `decoupled_weight_decay`."""
    beta2, decay = group["betas"][1], group["weight_decay"]
    g = -g if group["maximize"] else g
    if decay and group["decoupled_weight_decay"]:
        p = p * (1 - lr * decay)
    elif decay:
        g = g + decay * p
    mean = torch.lerp(state["exp_avg"], g, 1 - beta1)
    square = state["exp_avg_sq"] * beta2 + g * g * (1 - beta2)
    new = {"exp_avg": mean, "exp_avg_sq": square}
    if group["amsgrad"]:
        square = new["max_exp_avg_sq"] = torch.maximum(state["max_exp_avg_sq"], square)
    scale = (1 - beta2**count).sqrt()
    size = lr / (1 - beta1**count)
    return new | {"": p - size * mean / (square.sqrt() / scale + group["eps"])}


def sgd(
    p: Tensor,
    g: Tensor,
    state: State,
    group: Mapping[str, Any],
    lr: Tensor,
    momentum: Tensor,
    count: Tensor,
) -> dict[str, Tensor]:
    """SGD, with momentum as torch has it."""
    g = -g if group["maximize"] else g
    if group["weight_decay"]:
        g = g + group["weight_decay"] * p
    if not group["momentum"]:
        return {"": p - lr * g}
    buffer = state["momentum_buffer"] * momentum + g * (1 - group["dampening"])
    return {
        "momentum_buffer": buffer,
        "": p - lr * (g + momentum * buffer if group["nesterov"] else buffer),
    }


RULES: dict[type, Rule] = {torch.optim.Adam: adam, torch.optim.AdamW: adam, torch.optim.SGD: sgd}
"""By the very class: one that inherits from it may do otherwise."""

OPTIONS = (
    *("betas", "weight_decay", "decoupled_weight_decay", "amsgrad", "eps", "maximize"),
    *("momentum", "dampening", "nesterov", "differentiable"),
)
"""What of a group is part of the graph; `betas[0]` and `momentum` but as a matter of yes or no."""


def options_of(group: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """The options of a group that the graph is made for."""
    known = {name: group[name] for name in OPTIONS if name in group}
    if "betas" in known:
        known["betas"] = (None, known["betas"][1])
    if "momentum" in known:
        known["momentum"] = bool(known["momentum"])
    return tuple(known.items())


def moved(group: Mapping[str, Any]) -> tuple[float, float]:
    """What schedules move: the learning rate, and the momentum or beta1."""
    return float(group["lr"]), float(
        group["betas"][0] if "betas" in group else group.get("momentum", 0)
    )
