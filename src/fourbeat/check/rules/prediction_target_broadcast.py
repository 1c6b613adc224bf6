"""A prediction and a target of shapes that make a matrix of all pairs."""

import ast
from typing import Any
from weakref import ref

from torch import Tensor

from fourbeat.check.facts import Facts
from fourbeat.check.graph import node_of, walk
from fourbeat.check.look import each_tensor, place_of
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.rules.average_aliases_weights import memory
from fourbeat.check.sources import Sources
from fourbeat.finding import Place
from fourbeat.observe.finer import Differentiating, Operation
from fourbeat.observe.place import here

_KEY = "fourbeat.pairs"
_LOSSES = frozenset(
    {"mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "poisson_nll_loss", "gaussian_nll_loss"}
)
_SIMPLE = frozenset(
    {"sub", "add", "mul", "div", "true_divide", "rsub", "subtract", "multiply"}
    | {"__sub__", "__rsub__", "__mul__", "__rmul__", "__truediv__", "__add__", "__radd__"}
)


_EQUAL = frozenset({"eq", "ne", "__eq__", "__ne__"})
_ONWARDS = frozenset({"float", "double", "int", "long", "to", "type"})
_WHOLE = frozenset({"mean", "sum"})


def watch(facts: Facts) -> Readers:
    """Mark operations of a column with a row, and see which of them a loss, or a share of hits, was computed from."""
    hits: dict[int, tuple[ref[Tensor], Place, tuple[Any, Any]]] = {}

    def compared(event: Operation, name: str) -> None:
        """Follow a comparison up to the mean over all of it."""
        result: Any = event.result
        given = list(each_tensor(event.arguments))
        if not isinstance(result, Tensor) or not given:
            return
        known = hits.get(id(given[0]))
        if name in _EQUAL and len(given) == 2:
            place = here()
            one = {memory(each) for each in given}
            if place and len(one) == 2 and _pairs(*given) and not _meant(facts.sources, place):
                shapes = tuple(given[0].shape), tuple(given[1].shape)
                hits[id(result)] = ref(result), place, shapes
        elif known is None or known[0]() is not given[0]:
            return
        elif name in _ONWARDS:
            hits[id(result)] = ref(result), *known[1:]
        elif name in _WHOLE and not result.dim():
            report(known[1], known[2], "the share of hits is one over all pairs")

    def operation(event: Operation) -> None:
        name = getattr(event.function, "__name__", "")
        if name in _EQUAL or (hits and name in _ONWARDS | _WHOLE):
            compared(event, name)
            return
        two = [*event.arguments, *event.named.values()][:2]
        if name not in _LOSSES | _SIMPLE or len(two) < 2:
            return
        a, b = two
        if not (
            isinstance(a, Tensor) and isinstance(b, Tensor) and isinstance(event.result, Tensor)
        ):
            return
        node = node_of(event.result)
        if node is None or a.requires_grad == b.requires_grad or not _pairs(a, b):
            return
        if name in _LOSSES or not _meant(facts.sources, here()):
            node.metadata[_KEY] = (tuple(a.shape), tuple(b.shape))

    def differentiating(event: Differentiating) -> None:
        for node in walk(event.roots) if facts.census.walking else ():
            shapes = node.metadata.get(_KEY)
            if shapes is None:
                continue
            report(
                place_of(node) or facts.unseen(RULE.name),
                shapes,
                "the best that can be learnt is their mean",
            )

    def report(place: Place | None, shapes: tuple[Any, Any], what: str) -> None:
        n = max(shapes[0])
        facts.report(
            RULE.name,
            "error",
            place,
            f"values of shape {shapes[0]} and {shapes[1]} are broadcast to all {n} x {n} pairs: each "
            f"prediction is compared with every target, and {what}",
            "Give both the same shape: squeeze(-1) for one, or unsqueeze(-1) for the other.",
            shapes=[list(shape) for shape in shapes],
        )

    return {Operation: operation, Differentiating: differentiating}


def _pairs(a: Tensor, b: Tensor) -> bool:
    """Whether they are (…, N, 1) and (…, N), for an N above 1."""
    tall, flat = (a, b) if a.dim() > b.dim() else (b, a)
    n = flat.shape[-1] if flat.dim() else 1
    return n > 1 and tuple(tall.shape) == (*flat.shape, 1) and flat.dim() == 1


def _meant(sources: Sources, place: Place | None) -> bool:
    """Whether a dimension is added in the very statement: all pairs are wanted then."""
    tree = None if place is None else sources.tree(place.file)
    if place is None or tree is None:
        return False
    for node in ast.walk(tree):
        lines = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)
        if not lines[0] <= place.line <= lines[1]:
            continue
        if isinstance(node, ast.Subscript) and "None" in ast.unparse(node.slice):
            return True
        if isinstance(node, ast.Attribute) and node.attr in ("unsqueeze", "view", "reshape"):
            return True
    return False


RULE = Rule(
    name="prediction-target-broadcast",
    severity="error",
    what="A prediction of shape (N, 1) meets a target of shape (N,), or the other way round.",
    why="Broadcasting makes a matrix of all N x N pairs. The loss is a number like any other, and it "
    "falls, but its optimum is the mean of the targets for every row.",
    seen="Below a loss, an operation on a prediction and a target gives the matrix of all their pairs; "
    "one of the two takes gradients. Or such a comparison is counted as a whole, as hits are.",
    silent="Pairwise distances, where both take gradients or a dimension is added in the same "
    "statement; sizes that differ.",
    bad="loss = ((net(x) - y) ** 2).mean()  # (32, 1) and (32,)\n",
    good="loss = ((net(x).squeeze(-1) - y) ** 2).mean()\n",
    watch=watch,
)
