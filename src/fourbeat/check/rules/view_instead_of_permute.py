"""Dimensions that `view` or `reshape` was to exchange, and that it only renamed."""

from math import prod
from typing import Any

from torch import Tensor, nn

from fourbeat.check.facts import Facts
from fourbeat.check.look import each_tensor
from fourbeat.check.probe import rows_are_mixed
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Called, Calling, Operation
from fourbeat.observe.place import here

_NAMES = frozenset({"view", "reshape", "view_as", "reshape_as"})
_PROBES = 3
"""Calls of models that are tried on a copy."""


def watch(facts: Facts) -> Readers:
    """Look for views that move a dimension; try on a copy whether rows are mixed by them."""
    found: dict[Place, tuple[tuple[int, ...], tuple[int, ...]]] = {}
    given_shape: tuple[int, ...] = ()
    probes = 0
    inside = False
    told: set[Place] = set()

    def calling(event: Calling) -> None:
        nonlocal given_shape, inside
        inside = True
        first = next(each_tensor(event.inputs), None)
        given_shape = tuple(first.shape) if first is not None else ()

    def operation(event: Operation) -> None:
        result: Any = event.result
        if getattr(event.function, "__name__", "") not in _NAMES or not isinstance(result, Tensor):
            return
        given: Any = event.arguments[0] if event.arguments else None
        if not isinstance(given, Tensor) or isinstance(given, nn.Parameter):
            return
        old, new = tuple(given.shape), tuple(result.shape)
        place = here()
        if place is None or place in told:
            return
        moved = any(_moved(old, new, rows) for rows in given_shape[:2])
        if inside and (_renamed(old, new) or moved):
            found.setdefault(place, (old, new))
        elif not inside and len(old) >= 4 and old[0] == new[0] and _renamed(old, new):
            tell("warning", place, old, new, "the last dimensions only change their names")

    def called(event: Called) -> None:
        nonlocal inside, probes
        inside = False
        if not found:
            return
        places = dict(found)
        found.clear()
        if probes < _PROBES:
            probes += 1
            mixed = rows_are_mixed(facts, event.module, event.inputs, _rows(event))
            for place, (old, new) in places.items():
                if mixed:
                    tell(
                        "error", place, old, new, "the rows of the batch are mixed with each other"
                    )
                elif mixed is None and _renamed(old, new):
                    tell(
                        "warning", place, old, new, "its values stand in an order that nobody meant"
                    )
                elif _renamed(old, new) and old[0] == new[0] and len(old) >= 4:
                    tell("warning", place, old, new, "the last dimensions only change their names")

    def tell(severity: Any, place: Place, old: Any, new: Any, what: str) -> None:
        told.add(place)
        facts.report(
            RULE.name,
            severity,
            place,
            f"a tensor of shape {old} is viewed as {new}: that moves no dimension, {what}",
            "Use transpose or permute to exchange dimensions, and view or reshape only to split or to "
            "merge neighbours.",
            before=list(old),
            after=list(new),
        )

    return {Calling: calling, Operation: operation, Called: called}


def _rows(event: Called) -> int:
    """The dimension of the input in which the rows of the answer lie: the second one where time comes first."""
    given, answer = next(each_tensor(event.inputs), None), next(each_tensor(event.output), None)
    if given is None or answer is None or given.dim() < 3 or not answer.dim():
        return 0
    return int(len(answer) != len(given) and len(answer) == given.shape[1])


def _renamed(old: tuple[int, ...], new: tuple[int, ...]) -> bool:
    """Whether the same sizes stand in another order."""
    a, b = [size for size in old if size > 1], [size for size in new if size > 1]
    return len(a) > 1 and a != b and sorted(a) == sorted(b)


def _moved(old: tuple[int, ...], new: tuple[int, ...], rows: int) -> bool:
    """Whether the batch's dimension stands elsewhere: other sizes come before it."""
    if rows < 2 or old.count(rows) != 1 or new.count(rows) != 1:
        return False
    return prod(old[: old.index(rows)]) != prod(new[: new.index(rows)])


RULE = Rule(
    name="view-instead-of-permute",
    severity="error",
    what="`view` or `reshape` is used where dimensions were to be exchanged.",
    why="They keep the order of the values in memory and only name other sizes. Of (batch, time) viewed "
    "as (time, batch) each row holds pieces of several: the network sees mixed examples, and no shape "
    "is wrong.",
    seen="A view has the same sizes in another order, or the batch's dimension elsewhere; and on a copy "
    "of the model, permuted rows give other answers than the answers permuted.",
    silent="Splitting and merging of dimensions; models whose rows see each other on purpose, by "
    "attention, sorting or batch normalisation, without such a view.",
    bad="x = x.view(x.size(1), x.size(0), -1)  # (batch, time) to (time, batch)\n",
    good="x = x.transpose(0, 1)\n",
    watch=watch,
)
