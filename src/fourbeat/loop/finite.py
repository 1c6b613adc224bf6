"""What of a tensor is not finite, or far from the rest: where, and in which rows."""

import math
from collections.abc import Iterator
from typing import Any

from torch import Tensor

from fourbeat.data.batch import walk

HUGE = 1e6
"""An input this large, and a thousand times the median, is taken for an error in the data."""


def size(parameter: Tensor) -> Tensor:
    """Root mean square, a scalar tensor."""
    values = parameter.detach().float()
    return values.square().mean().sqrt() if values.numel() else values.sum()


def broken(tensor: Tensor) -> Tensor | None:
    """Where a tensor is not finite, None if it is everywhere."""
    if not (tensor.is_floating_point() or tensor.is_complex()):
        return None
    values = tensor.detach()
    values = values.coalesce().values() if values.is_sparse else values
    bad = ~values.isfinite()
    return bad if bool(bad.any()) else None


def is_mask(tensor: Tensor) -> bool:
    """Whether a tensor is zeros and minus infinities, as attention adds them."""
    return bool(((tensor == 0) | (tensor == -math.inf)).all())


def extreme(tensor: Tensor) -> Tensor | None:
    """Where a tensor is far beyond its own median, None if it is nowhere."""
    if not tensor.is_floating_point() or not tensor.numel():
        return None
    values = tensor.detach().abs()
    far = values > max(HUGE, 1e3 * float(values.float().median()))
    return far if bool(far.any()) else None


def rows_of(bad: Tensor, rows: int) -> tuple[int, ...]:
    """The rows of a batch that a mask over values touches; none if it has no rows, or all."""
    if bad.ndim == 0 or len(bad) != rows:
        return ()
    touched = bad.flatten(1).any(dim=1) if bad.ndim > 1 else bad
    found = touched.nonzero().flatten().tolist()
    return () if len(found) == rows > 1 else tuple(found)


def named_tensors(value: Any, name: str) -> Iterator[tuple[str, Tensor]]:
    """Every tensor of a nested value, as one would write the way to it: `batch[0]`."""
    for way, tensor in walk(value):
        yield name + "".join(f"[{key!r}]" for key in way), tensor
