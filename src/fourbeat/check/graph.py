"""Reading autograd's graph, before the engine runs and frees what it saved."""

from collections.abc import Iterable, Iterator
from typing import Any

from torch import Tensor

SHAPES = frozenset(
    f"{name}Backward{number}"
    for name in [
        "View",
        "ReshapeAlias",
        "UnsafeView",
        "Transpose",
        "T",
        "Permute",
        "Squeeze",
        "Unsqueeze",
        "Expand",
        "Slice",
        "Select",
        "Index",
        "Clone",
        "ToCopy",
        "Alias",
        "Cat",
        "Stack",
        "Split",
        "SplitWithSizes",
        "Unbind",
        "Contiguous",
        "IndexSelect",
        "Flatten",
        "Unflatten",
        "AsStrided",
        "Movedim",
        "Gather",
        "MaskedSelect",
    ]
    for number in range(3)
) | {"CloneBackward0", "SqueezeBackward1", "UnsafeSplitBackward0", "UnbindBackward0"}
"""Nodes that move values and change none."""

CALCULUS = frozenset(
    f"{name}Backward{number}"
    for name in ("Mul", "Div", "Add", "Sub", "Mean", "Sum", "Neg", "Rsub", "AddCdiv", "AddCmul")
    for number in range(4)
)
"""Nodes in which a loss is scaled, reduced, and added to others."""


def node_of(tensor: Tensor) -> Any:
    """What made a tensor; None for a leaf, and for a view whose base has changed since."""
    try:
        return tensor.grad_fn
    except RuntimeError:
        return None


def name_of(node: Any) -> str:
    """What kind of node it is, as torch calls it."""
    return node.name()


def parents(node: Any) -> list[Any]:
    """The nodes that it was computed from."""
    return [parent for parent, _ in node.next_functions if parent is not None]


def walk(roots: Iterable[Tensor]) -> Iterator[Any]:
    """Every node that roots were computed from, each once, those near the roots first."""
    ways = [node for node in map(node_of, roots) if node is not None]
    seen = set(ways)
    place = 0
    while place < len(ways):
        node = ways[place]
        place += 1
        yield node
        for parent in parents(node):
            if parent not in seen:
                seen.add(parent)
                ways.append(parent)


def leaves(roots: Iterable[Tensor]) -> list[Tensor]:
    """The tensors whose gradients a backward from roots would give."""
    found = [tensor for tensor in roots if tensor.requires_grad and node_of(tensor) is None]
    for node in walk(roots):
        variable = getattr(node, "variable", None)
        if variable is not None:
            found.append(variable)
    return found


def through(node: Any, kinds: frozenset[str]) -> Any:
    """The first node that is not of these kinds, on the way that has one parent alone."""
    while node is not None and name_of(node) in kinds:
        above = parents(node)
        if len(above) != 1:
            return node
        node = above[0]
    return node


def producers(node: Any, kinds: frozenset[str], most: int = 64) -> list[Any]:
    """The first nodes that are not of these kinds, on all ways up from a node."""
    found: list[Any] = []
    ways, seen = [node], {node}
    while ways and len(seen) < most:
        one = ways.pop()
        above = parents(one)
        if name_of(one) not in kinds or not above:
            found.append(one)
            continue
        fresh = [parent for parent in above if parent not in seen]
        seen.update(fresh)
        ways += fresh
    return found


def is_sigmoid(node: Any) -> bool:
    """Whether a node makes a probability of a logit: a sigmoid, or 1 / (1 + exp(-x))."""
    if name_of(node) == "SigmoidBackward0":
        return True
    below = through(node, frozenset({"MulBackward0", "ReciprocalBackward0", "AddBackward0"}))
    if below is node or not name_of(node).startswith(("MulBackward", "ReciprocalBackward")):
        return False
    return name_of(below) == "ExpBackward0" and name_of(parents(below)[0]) == "NegBackward0"


def is_softmax(node: Any) -> bool:
    """Whether a node makes probabilities of logits: a softmax, or exponentials divided by their sum."""
    if name_of(node) == "SoftmaxBackward0":
        return True
    if not name_of(node).startswith("DivBackward") or len(parents(node)) != 2:
        return False
    above, total = parents(node)
    total = through(total, SHAPES)
    if name_of(above) != "ExpBackward0" or not name_of(total).startswith("SumBackward"):
        return False
    (summed,) = parents(total)
    twice = name_of(summed) == "ExpBackward0" and parents(summed) == parents(above)
    return summed is above or twice


def saved_int(node: Any, name: str) -> int | None:
    """A number that a node saved, with its sign: torch gives it without."""
    value = getattr(node, name, None)
    if not isinstance(value, int):
        return None
    return value - (1 << 64) if value >= 1 << 63 else value
