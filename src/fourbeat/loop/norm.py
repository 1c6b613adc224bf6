"""The norm of all gradients together, and whether they are finite."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils import get_total_norm

SMALL = 1 << 14
"""Values up to which a gradient is looked at together with others."""

ONE = torch.ones((), device="cpu")


def total_norm(gradients: list[Tensor]) -> tuple[Tensor, Tensor]:
    """The 2-norm of all together, in the bits of `torch.nn.utils.get_total_norm`, and of each.

    On one device and of one dtype, without the grouping that takes most of its time.
    """
    each = torch._foreach_norm(gradients)  # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage]
    first = gradients[0]
    if any(g.device != first.device or g.dtype != first.dtype for g in gradients):
        alike = [norm.to(first.device, torch.float32) for norm in each]
        return get_total_norm(gradients), torch.stack(alike)
    stacked = torch.stack(each)
    return torch.linalg.vector_norm(stacked), stacked


def sound(gradients: Sequence[Tensor]) -> bool:
    """Whether every gradient, on a CPU, is finite: in half of the time of their norm or less.

    No sum of what is not finite is finite. Of small tensors even a sum's call takes longer than its work:
    they go in one call to what gradient scalers look with, which multiplies them by one; but not those that
    have a graph of their own, as with create_graph.
    """
    found, total = torch.zeros((), device="cpu"), 0.0
    small: list[Tensor] = []
    for gradient in gradients:
        few = gradient.dtype is torch.float32 and gradient.numel() <= SMALL
        if few and not gradient.requires_grad:
            small.append(gradient)
        else:
            total += abs(gradient.sum().item())
    if small:
        torch._amp_foreach_non_finite_check_and_unscale_(small, found, ONE)  # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage]
        if found.item():
            return False
    return math.isfinite(total) or all_finite(gradients)


def all_finite(gradients: Sequence[Tensor]) -> bool:
    """Whether every gradient is, value by value: norms and sums may overflow where they do not."""
    return all(bool(g.isfinite().all()) for g in gradients)


class LateNorm:
    """The norm that `total_norm` gives, worked out once somebody asks.

    Args:
        gradients: on a CPU; held until `forget`, and changed by nobody.
    """

    def __init__(self, gradients: list[Tensor]):
        self._gradients = gradients
        self._known: float | None = None

    def forget(self) -> None:
        """Let go of the gradients."""
        self._gradients = []

    def value(self) -> float | None:
        """The norm; None if gradients were let go before it was asked for."""
        if self._known is None and self._gradients:
            self._known = float(total_norm(self._gradients)[0])
        return self._known
