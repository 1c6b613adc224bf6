"""Inputs of which one feature drowns the others, and pixels as they come from a file."""

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
        given: its input; any but a floating-point tensor of shape (N, features), or of pixels, is left alone.
    """
    if not given.is_floating_point() or given.requires_grad or given.dim() < 2:
        return None
    if len(given) < ROWS or any("norm" in type(one).__name__.lower() for one in model.modules()):
        return None
    if given.dim() != 2:
        return _bytes(given)
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


def _bytes(given: Tensor) -> Told | None:
    """Whether a batch holds pixels from 0 to 255: whole numbers, and many different ones."""
    if given.dim() != 4 or given.shape[2] < 4 or given.shape[3] < 4:
        return None
    values = given.detach()[:ROWS].float().reshape(-1)
    least, most = float(values.min()), float(values.max())
    if not (least >= 0 and 128 < most <= 255) or bool((values != values.round()).any()):
        return None
    if len(values.unique()) < 64 or float(values.mean()) < 16:
        return None
    return Told(
        f"the images are given as whole numbers from {least:.0f} to {most:.0f}: the first layer's outputs are "
        "about a hundred times larger than its initialisation expects",
        "Divide by 255; better, subtract the mean and divide by the standard deviation of each channel.",
        {"least": least, "most": most, "mean": round(float(values.mean()), 1)},
    )
