"""Rows that come class by class."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

from torch import Tensor

from fourbeat.sanity.told import Told


def by_class(found: Sequence[float]) -> Told | None:
    """Whether labels change far more seldom than those of rows in any order.

    Args:
        found: the labels of a pass, row by row.
    """
    counts, n = Counter(found), len(found)
    if n < 40 or len(counts) < 2 or 8 * len(counts) > n or max(counts.values()) > 0.9 * n:
        return None
    changes = sum(a != b for a, b in pairwise(found))
    expected = (n - 1) * (1 - sum((c / n) ** 2 for c in counts.values()))
    if changes > 0.15 * expected:
        return None
    return Told(
        f"the training data comes class by class and is not shuffled: the label changes {changes} times "
        f"in {n} rows, of {expected:.0f} in any order",
        "Give the DataLoader shuffle=True.",
        {"rows": n, "classes": len(counts), "label_changes": changes},
    )


def labels(batch: Any) -> list[float] | None:
    """What looks like class ids in a batch: whole numbers, one a row; None without."""
    values: list[Any] = []
    if isinstance(batch, Mapping):
        named = cast(Mapping[str, Any], batch)
        wanted = [
            k for k in named if any(w in str(k).lower() for w in ("label", "target", "class"))
        ]
        values = [named[k] for k in wanted] or list(named.values())
    elif isinstance(batch, list | tuple):
        values = list(cast(list[Any], batch))
    for value in reversed(values):
        if isinstance(value, Tensor) and value.numel() == len(value.reshape(-1)) and value.ndim:
            flat = value.detach().reshape(-1)
            if value.ndim > 2 or len(flat) != len(value):
                continue
            if not value.is_floating_point() or bool((flat == flat.round()).all()):
                return [float(one) for one in flat.tolist()]
    return None
