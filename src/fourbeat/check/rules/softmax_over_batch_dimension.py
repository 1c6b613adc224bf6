"""A softmax that makes the rows of a batch compete with each other."""

from collections.abc import Sequence
from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.graph import SHAPES, name_of, node_of, parents, saved_int, walk
from fourbeat.check.look import each_tensor, place_of
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Called, Differentiating, Operation

_KEY = "fourbeat.layer"
_MOVES = frozenset({"TBackward0", "TransposeBackward0", "PermuteBackward0"})
_CARRIES = SHAPES | {"MulBackward0", "DivBackward0", "AddBackward0", "NativeDropoutBackward0"}


def watch(facts: Facts) -> Readers:
    """Look for softmaxes over dimension 0 of what has one row for each of the batch's."""
    rows: set[tuple[int, int]] = set()

    def operation(event: Operation) -> None:
        if "softmax" in getattr(event.function, "__name__", ""):
            for one in each_tensor(event.result):
                node = node_of(one)
                if node is not None and (place := facts.births.layer()) is not None:
                    node.metadata[_KEY] = place

    def called(event: Called) -> None:
        given = next(each_tensor(event.inputs), None)
        for answer in each_tensor(event.output):
            if event.grad and given is not None and given.dim() > 1 and answer.dim():
                rows.add((given.shape[0], answer.shape[0]))

    def differentiating(event: Differentiating) -> None:
        nodes = list(walk(event.roots)) if facts.census.walking else []
        for node in nodes:
            if name_of(node) not in ("SoftmaxBackward0", "LogSoftmaxBackward0"):
                continue
            result: Any = getattr(node, "_saved_result", None)
            if result is None or result.dim() < 2 or not _over_rows(node, result.dim()):
                continue
            n, *others = result.shape
            if n < 2 or max(others) < 2 or n in others or (n, n) not in rows or _pools(node, nodes):
                continue
            facts.report(
                RULE.name,
                "error" if _loss_above(node, nodes) else "warning",
                node.metadata.get(_KEY) or place_of(node) or facts.unseen(RULE.name),
                f"the softmax of values of shape {tuple(result.shape)} runs over dimension 0, which is the "
                "batch: rows compete with each other, and what one gets depends on the others",
                "Use dim=-1.",
                shape=list(result.shape),
                dim=0,
            )
        rows.clear()

    return {Operation: operation, Called: called, Differentiating: differentiating}


def _over_rows(node: Any, dims: int) -> bool:
    return saved_int(node, "_saved_dim") in (0, -dims)


def _users(node: Any, nodes: Sequence[Any]) -> list[Any]:
    return [one for one in nodes if any(parent is node for parent in parents(one))]


def _loss_above(node: Any, nodes: Sequence[Any]) -> bool:
    return any(name_of(one).startswith("NllLoss") for one in _users(node, nodes))


def _pools(node: Any, nodes: Sequence[Any]) -> bool:
    """Whether rows are summed with these weights: then they are meant to compete."""
    ways, seen = [node], {node}
    while ways and len(seen) < 32:
        below = ways.pop()
        for one in _users(below, nodes):
            name = name_of(one)
            if name.startswith(("SumBackward", "MeanBackward")):
                dims: Any = getattr(one, "_saved_dim", ())
                shape = getattr(one, "_saved_self_sym_sizes", ())
                over = {dim if dim < 1 << 63 else dim - (1 << 64) for dim in dims or ()}
                if len(shape) != 1 and (0 in over or -len(shape) in over):
                    return True
            elif name in _MOVES or name.startswith(("BmmBackward", "MmBackward")):
                return True
            elif name in _CARRIES and one not in seen:
                seen.add(one)
                ways.append(one)
    return False


RULE = Rule(
    name="softmax-over-batch-dimension",
    severity="error",
    what="A softmax runs over the batch instead of the classes.",
    why="The probabilities of one class over all rows of the batch sum to 1, not those of one row. What "
    "a row gets depends on which others are in its batch, and at prediction all is different.",
    seen="A softmax over dimension 0 of a tensor with as many rows as the model's input and output, and no "
    "other dimension of that size.",
    silent="Square matrices, as in contrastive losses; weights with which rows are then summed, as in "
    "attention over the nodes of a graph; a single example's logits.",
    bad="probabilities = F.softmax(net(x), dim=0)  # (batch, classes)\n",
    good="probabilities = F.softmax(net(x), dim=-1)\n",
    watch=watch,
)
