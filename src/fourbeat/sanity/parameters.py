"""Parameters that get gradients and no updates, or updates and no gradients."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.optim import Optimizer

from fourbeat.sanity.told import Told

SHOWN = 6


def missing(names: Sequence[str]) -> Told:
    """For parameters that get gradients and are in no optimizer.

    Args:
        names: of them, or their shapes.
    """
    return Told(
        f"{len(names)} parameters get gradients and are in no optimizer: they keep the values that they "
        "were initialised with",
        "Give them to the optimizer, after the model is complete; or set requires_grad_(False) if they are "
        "to stay.",
        {"parameters": len(names), "which": ", ".join(names[:SHOWN])},
    )


def idle(count: int, others: int) -> Told:
    """For weights that the loss reaches, and whose gradient is 0 every time.

    Args:
        count: of them.
        others: weights whose gradient is not.
    """
    return Told(
        f"the loss reaches {count} weights, and each gradient that they got is exactly 0: "
        + ("what they compute does not matter to the loss" if others else "nothing is trained"),
        "Look for a factor of 0 in the loss, a dropout of everything, an activation that is 0 for every "
        "input (a bias far below 0, a last ReLU), or a softmax over a single value.",
        {"weights": count, "others": others},
    )


def in_no_optimizer(
    parameters: Mapping[str, Tensor], optimizers: Mapping[str, Optimizer]
) -> dict[str, Tensor]:
    """Those that have a gradient other than 0, and that nobody updates."""
    held = {id(p) for o in optimizers.values() for group in o.param_groups for p in group["params"]}
    return {
        name: p
        for name, p in parameters.items()
        if id(p) not in held and p.requires_grad and p.grad is not None and not is_zero(p.grad)
    }


def is_zero(gradient: Tensor) -> bool:
    """Whether nothing is in it."""
    with torch.no_grad():
        values = gradient.coalesce().values() if gradient.is_sparse else gradient
        return not bool(values.any())
