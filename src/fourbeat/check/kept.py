"""Which graphs are still alive: a mark in a node lives as long as the node does."""

from collections import Counter, deque
from collections.abc import Callable
from typing import Any
from weakref import ref

from torch import Tensor

from fourbeat.check.graph import CALCULUS, name_of, parents
from fourbeat.finding import Place
from fourbeat.observe.finer import Differentiating, Operation
from fourbeat.observe.place import here

_KEY = "fourbeat.kept"

RUNS = 64
"""Backwards whose graphs are followed, from the start: what keeps graphs does so from the start."""


class Mark:
    """In the root of a graph that was differentiated.

    Attributes:
        run: the backward, from 1.
        place: of it.
        root: the tensor, as long as it lives.
    """

    __slots__ = ("__weakref__", "place", "root", "run")

    def __init__(self, run: int, place: Place | None, root: Tensor):
        self.run, self.place, self.root = run, place, ref(root)


class Kept:
    """Follows the graphs of losses after their backward.

    Attributes:
        adds: lines that added a loss of before to something, and how often; of close looks alone.
        runs: backwards by now.
    """

    def __init__(self) -> None:
        self.adds: Counter[Place] = Counter()
        self.runs = 0
        self._marks: deque[ref[Mark]] = deque(maxlen=32)
        self.readers: dict[type[Any], Callable[[Any], None]] = {
            Differentiating: self._differentiating,
            Operation: self._operation,
        }

    def _differentiating(self, event: Differentiating) -> None:
        if not event.accumulates:
            return
        self.runs += 1
        if self.runs > RUNS or event.retained:
            return
        for root in event.roots[:1]:
            node: Any = root.grad_fn
            if node is not None and _KEY not in node.metadata:
                mark = node.metadata[_KEY] = Mark(self.runs, here(), root)
                self._marks.append(ref(mark))

    def _operation(self, event: Operation) -> None:
        result: Any = event.result
        if not isinstance(result, Tensor) or not self.runs:
            return
        try:
            node = result.grad_fn
        except RuntimeError:  # a view whose base has changed since
            return
        if node is None or not name_of(node).startswith("AddBackward"):
            return
        if any(_KEY in below.metadata for below in near(node)) and (place := here()):
            self.adds[place] += 1

    def old(self) -> list[Mark]:
        """Marks of graphs that are alive and that three backwards have passed since."""
        found = [mark for one in self._marks if (mark := one()) is not None]
        return [mark for mark in found if mark.run <= self.runs - 3]


def near(node: Any) -> list[Any]:
    """Nodes that a sum was made of, a few steps down."""
    found: list[Any] = []
    ways = [node]
    for _ in range(12):
        if not ways:
            break
        above = parents(ways.pop())
        found += above
        ways += [one for one in above if name_of(one) in CALCULUS]
    return found
