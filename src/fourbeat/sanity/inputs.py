"""Inputs of which one feature drowns the others."""

from torch import Tensor, nn

from fourbeat.sanity.told import Told

FAR = 1000.0
"""A feature's mean size, and its ratio to the median one, from which on it does."""

ROWS = 8
"""Rows that a batch must have to tell."""


def unnormalised(model: nn.Module, given: Tensor) -> Told | None:
    """Whether one column of a table is far larger than the others.

    Args:
        model: that is given it; one that normalises is trusted to.
        given: its input; any but a floating-point tensor of shape (N, features) is left alone.
    """
    if not given.is_floating_point() or given.requires_grad or given.dim() != 2:
        return None
    if len(given) < ROWS or normalises(model):
        return None
    sizes = given.detach().float().abs().mean(0)
    largest, usual = float(sizes.max()), float(sizes.median())
    if not largest > FAR * max(usual, 1.0):
        return None
    return Told(
        f"one feature of the inputs is about {largest:.3g} in size, and the others {usual:.3g}: it drowns "
        "them in the first layer",
        "Subtract the mean and divide by the standard deviation of the training rows, feature by feature; "
        "or take logarithms of amounts.",
        {
            "largest_feature": int(sizes.argmax()),
            "mean_size": round(largest, 1),
            "median_size": round(usual, 4),
        },
    )


def normalises(model: nn.Module) -> bool:
    """Whether a model has a layer that normalises."""
    return any("norm" in type(one).__name__.lower() for one in model.modules())
