"""What the end of a loss's graph tells of it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from torch import Tensor

from fourbeat.check.graph import CALCULUS, name_of, parents

NEAR = 16
"""Nodes, from the end, that are looked at."""


class Root(NamedTuple):
    """The end of a graph that a backward began at.

    Attributes:
        scaled: whether it is a product or a quotient: a loss that was scaled.
        mean: whether a mean stands near it.
        factors: numbers that the loss was multiplied by.
        kinds: of the nodes that the loss was computed by, as far as they are near.
    """

    scaled: bool
    mean: bool
    factors: tuple[float, ...]
    kinds: tuple[str, ...]


def root_of(roots: Sequence[Tensor]) -> Root:
    """What the ends of these losses' graphs tell."""
    scaled = mean = False
    factors: list[float] = []
    kinds: list[str] = []
    for root in roots:
        node = root.grad_fn
        ways = [] if node is None else [node]
        for _ in range(NEAR):
            if not ways:
                break
            node = ways.pop()
            name = name_of(node)
            if name.startswith(("MulBackward", "DivBackward")):
                scaled = True
                factors += factor_of(node, name)
            mean |= name.startswith("MeanBackward") or getattr(node, "_saved_reduction", None) == 1
            if name in CALCULUS:
                ways += parents(node)
            else:
                kinds.append(name)
    return Root(scaled, mean, tuple(factors), tuple(kinds))


def factor_of(node: Any, name: str) -> list[float]:
    """The number that a product or a quotient multiplies by; none where it is no single number at hand."""
    try:
        other = getattr(
            node, "_saved_other", None
        )  # a function of the script's may be named so too
    except RuntimeError:  # it was changed since
        return []
    if not isinstance(other, Tensor) or other.requires_grad:
        return []
    if other.numel() != 1 or other.device.type != "cpu":  # to read another device would wait for it
        return []
    number = float(other)
    if name.startswith("Mul"):
        return [number]
    return [1 / number] if number else []
