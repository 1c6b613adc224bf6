"""Dropout from a hash of each element's place: on a CPU, drawing random numbers one by one takes longer
than a small network's matrix products."""

from typing import Any

import torch
from torch import Tensor

KEYS = "dropout_keys"
"""The argument of a compiled function that holds the keys, int32; its name is how a graph shows it."""

RANGE = 1 << 31


def signed(number: int) -> int:
    """The int32 with the same bits."""
    return number - (1 << 32) if number >= RANGE else number


VECTOR = 16
"""Numbers in a vector register. inductor's code for what is left of a row after whole registers was seen to give
this hash numbers that were never written (torch 2.13), so every side of a tensor must be a multiple."""

SPREAD, FIRST, SECOND = map(signed, (0x9E3779B1, 0x7FEB352D, 0x846CA68B))


def mixed(h: Tensor) -> Tensor:
    """A hash of int32 numbers in which every bit depends on every one.

    Constants: "lowbias32", C. Wellons, https://nullprogram.com/blog/2018/07/31/ (public domain).
    """
    h = (h ^ ((h >> 16) & 0xFFFF)) * FIRST
    h = (h ^ ((h >> 15) & 0x1FFFF)) * SECOND
    return h ^ ((h >> 16) & 0xFFFF)


def keyed(x: Tensor, p: float, key: Tensor) -> Tensor:
    """Dropout that is a function of its key.

    Args:
        x: of any shape, floating.
        p: probability of an element to be dropped.
        key: int32 scalar.
    """
    places = torch.arange(x.numel(), dtype=torch.int32, device=x.device)
    h = mixed(mixed(places * SPREAD + key) + key)
    keep = (h & (RANGE - 1)) >= round(p * RANGE)
    return torch.where(keep.view(x.shape), x * (1 / (1 - p)), 0.0)


def rewrite(graph: torch.fx.GraphModule, calls: int) -> int:
    """Put keyed dropout in the place of torch's, in a graph that has an argument `KEYS`.

    Args:
        graph: as torch.compile hands it to a backend.
        calls: how many steps are in it; each has a key, of shape (calls,).

    Returns:
        How many a step has.
    """
    found = [node for node in graph.graph.nodes if is_dropout(node)]
    keys = [n for n in graph.graph.nodes if n.op == "placeholder" and KEYS in n.name]
    if not found or len(keys) != 1 or len(found) % calls:
        return 0
    each = len(found) // calls
    for number, node in enumerate(found):
        x, p = node.args[0], node.kwargs.get("p", node.args[1] if len(node.args) > 1 else 0.5)
        with graph.graph.inserting_before(node):
            key = graph.graph.call_function(torch.select, (keys[0], 0, number // each))
            own = graph.graph.call_function(
                torch.add, (key, signed(number % each * 0x85EBCA77 % (1 << 32)))
            )
            new = graph.graph.call_function(keyed, (x, p, own))
        node.replace_all_uses_with(new)
        graph.graph.erase_node(node)
    graph.recompile()
    return each


def is_dropout(node: Any) -> bool:
    """Whether a call drops elements with a probability between 0 and 1, of a shape that can be keyed."""
    if node.op != "call_function" or node.target not in (
        torch.nn.functional.dropout,
        torch.dropout,
    ):
        return False
    shape = getattr(node.args[0].meta.get("example_value"), "shape", ()) if node.args else ()
    if not shape or any(side % VECTOR for side in shape):
        return False
    arguments = dict(zip(("input", "p", "training"), node.args, strict=False)) | dict(node.kwargs)
    p = arguments.get("p", 0.5)
    return bool(arguments.get("training", True)) and isinstance(p, float) and 0 < p < 1
