"""Functions whose derivative is infinite at a value that was met."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from fourbeat.check.graph import name_of, walk

KINDS = (
    "Sqrt",
    "Pow",
    "Rsqrt",
    "Std",
    "Acos",
    "Asin",
    "Log",
    "Div",
    "Atan2",
    "Reciprocal",
    "Acosh",
)


def candidates(roots: Iterable[Tensor]) -> list[Any]:
    """Nodes of such functions below a loss."""
    return [node for node in walk(roots) if name_of(node).startswith(KINDS)]


def at_pole(node: Any) -> str:
    """What a node met that has no finite derivative; empty if it is all right."""
    with torch.no_grad():
        for kind, name, meets, words in _POLES:
            if not name_of(node).startswith(f"{kind}Backward"):
                continue
            value = getattr(node, name, None)
            if isinstance(value, Tensor) and bool(meets(node, value).any()):
                return words
    return ""


def _root_of_zero(node: Any, value: Tensor) -> Tensor:
    exponent = getattr(node, "_saved_exponent", 1)
    if isinstance(exponent, Tensor):
        return (value == 0) & (exponent < 1) & (exponent != 0)
    return (value == 0) & (0 != exponent < 1)


def _zero(_: Any, value: Tensor) -> Tensor:
    return value == 0


def _infinite(_: Any, value: Tensor) -> Tensor:
    return torch.isinf(value)


def _to_one(_: Any, value: Tensor) -> Tensor:
    return value <= 1


def _to_zero(_: Any, value: Tensor) -> Tensor:
    return value <= 0


def _one(_: Any, value: Tensor) -> Tensor:
    return value.abs() >= 1


_POLES: list[tuple[str, str, Any, str]] = [
    ("Sqrt", "_saved_result", _zero, "the square root of 0"),
    ("Pow", "_saved_self", _root_of_zero, "a power below 1 of 0"),
    ("Std", "_saved_result", _zero, "the standard deviation of values that are all the same"),
    ("Rsqrt", "_saved_result", _infinite, "one by the square root of 0"),
    ("Acos", "_saved_self", _one, "acos of 1 or more"),
    ("Asin", "_saved_self", _one, "asin of 1 or more"),
    ("Acosh", "_saved_self", _to_one, "acosh of 1"),
    ("Log", "_saved_self", _to_zero, "the logarithm of 0 or less"),
    ("Div", "_saved_other", _zero, "a division by 0"),
    ("Reciprocal", "_saved_result", _infinite, "a division by 0"),
]
"""By kind of node: the value that it saved, when that is a pole, and how it is called."""
